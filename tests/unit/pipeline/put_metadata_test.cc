// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dag/directory_reader.h"
#include "dag/hard_link_list.h"
#include "dag/meta_list_reader.h"
#include "dag/meta_root.h"
#include "drivers/software/software_device.h"
#include "ingest/entry_stream.h"
#include "pipeline/put.h"
#include "unit/ingest/source_tree.h"
#include "unit/pipeline/memory_sink.h"
#include "unit/pipeline/scripted_entries.h"

namespace penstock {
namespace {

using test::SourceTree;

// A clock that stands where a test puts it.
class FixedRule final : public SettleRule {
 public:
  explicit FixedRule(timespec at) : at_(at) {}
  timespec now() const override { return at_; }

 private:
  timespec at_;
};

struct Put {
  PutReport report;
  MetaRoot root;
};

class PutMetadataTest : public testing::Test {
 protected:
  Result<PutReport> try_put(const std::vector<std::string>& paths, const EntryOptions& wanted) {
    const auto device = make_software_device({});
    PENSTOCK_TRY_ASSIGN(const auto entries, open_paths(paths, wanted));
    PutOptions options;
    options.threads = 2;
    options.metadata.kept = wanted.metadata;
    for (const std::string& path : paths) options.metadata.from[path.substr(path.rfind('/') + 1)] = path;
    options.report = [&](const Error& error) { reported.push_back(error.message()); };
    return put_entries(*entries, *device, sink, options);
  }

  Put put(const std::vector<std::string>& paths, const SettleRule* settle = nullptr) {
    const auto report = try_put(paths, {.metadata = true, .settle = settle});
    EXPECT_TRUE(report) << report.error().message();
    Commit commit;
    commit.meta = report->meta;
    const auto root = read_meta_root(sink, commit);
    EXPECT_TRUE(root && *root);
    return {*report, **root};
  }

  // "path" to entry of all that a list holds, and below it.
  void collect(const Cid& list, const std::string& above, std::map<std::string, MetaEntry>& all) {
    MetaListReader reader(sink, list);
    while (true) {
      const auto entry = reader.next();
      ASSERT_TRUE(entry) << entry.error().message();
      if (!*entry) return;
      all[above + (*entry)->name] = **entry;
      if ((*entry)->list) collect(*(*entry)->list, above + (*entry)->name + "/", all);
    }
  }
  std::map<std::string, MetaEntry> entries_of(const MetaRoot& root) {
    std::map<std::string, MetaEntry> all;
    collect(root.tops, "", all);
    return all;
  }

  Cid content_of(const std::vector<std::string>& paths) { return try_put(paths, {})->root.cid; }

  MemorySink sink;
  SourceTree tree;
  std::vector<std::string> reported;
};

void expect_is(const MetaEntry& entry, const std::string& path) {
  struct stat status;
  ASSERT_EQ(lstat(path.c_str(), &status), 0) << path;
  EXPECT_EQ(entry.mode, status.st_mode) << path;
  EXPECT_EQ(entry.uid, status.st_uid) << path;
  EXPECT_EQ(entry.gid, status.st_gid) << path;
  EXPECT_EQ(entry.mtime.seconds, status.st_mtim.tv_sec) << path;
  EXPECT_EQ(entry.mtime.nanoseconds, status.st_mtim.tv_nsec) << path;
  EXPECT_EQ(entry.size, S_ISREG(status.st_mode) ? static_cast<uint64_t>(status.st_size) : 0) << path;
}

TEST_F(PutMetadataTest, KeepsWhatTheFileSystemSaysOfEveryKind) {
  tree.directory("t");
  tree.directory("t/d");
  tree.file("t/d/f", "content");
  tree.file("t/empty", "");
  tree.file("t/large", std::string(3 << 20, 'x') + "y");
  tree.symlink("t/l", "d/f");
  tree.fifo("t/p");
  const timespec times[2] = {{0, UTIME_OMIT}, {-86'400, 123'456'789}};
  ASSERT_EQ(utimensat(AT_FDCWD, tree.path("t/l").c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
  ASSERT_EQ(utimensat(AT_FDCWD, tree.path("t/d").c_str(), times, 0), 0);
  ASSERT_EQ(chmod(tree.path("t/d/f").c_str(), 04751), 0);
  const Put done = put({tree.path("t")});
  EXPECT_EQ(reported, std::vector<std::string>{});
  EXPECT_FALSE(done.root.several);
  EXPECT_EQ(done.root.from, std::vector<std::string>{tree.path("t")});
  EXPECT_FALSE(done.root.hard_links);
  EXPECT_EQ(done.report.counters.specials, 1U);
  const auto all = entries_of(done.root);
  EXPECT_EQ(all.size(), 7U);
  for (const auto& [path, entry] : all) expect_is(entry, tree.path(path));
  EXPECT_EQ(all.at("t/l").mtime, (FileTime{-86'400, 123'456'789}));
}

TEST_F(PutMetadataTest, ContentRootsAreWhatTheyAreWithoutIt) {
  tree.directory("a");
  tree.file("a/x", "x");
  tree.symlink("a/l", "x");
  tree.file("b", std::string(2 << 20, 'b'));
  const std::vector<std::string> both{tree.path("a"), tree.path("b")};
  EXPECT_EQ(put(both).report.root.cid, content_of(both));
  EXPECT_EQ(put({both[0]}).report.root.cid, content_of({both[0]}));
  tree.fifo("a/p");
  const Cid without_fifo = content_of({both[0]});
  EXPECT_EQ(put({both[0]}).report.root.cid, without_fifo);
}

TEST_F(PutMetadataTest, EqualTreesHaveEqualLists) {
  for (const std::string top : {"one", "two"}) {
    tree.directory(top);
    tree.directory(top + "/t");
    tree.file(top + "/t/a", "a");
    ASSERT_EQ(link(tree.path(top + "/t/a").c_str(), tree.path(top + "/t/b").c_str()), 0);
    tree.file(top + "/t/c", "c");
    const timespec times[2] = {{5, 5}, {5, 5}};
    for (const char* name : {"a", "c", "."})
      ASSERT_EQ(utimensat(AT_FDCWD, tree.path(top + "/t/" + name).c_str(), times, 0), 0);
  }
  const FixedRule later({int64_t{1} << 40, 0});
  const Put one = put({tree.path("one/t")}, &later);
  const Put two = put({tree.path("two/t")}, &later);
  EXPECT_EQ(one.root.tops, two.root.tops);
  EXPECT_EQ(one.root.hard_links, two.root.hard_links);
  EXPECT_NE(one.root.scan, two.root.scan) << "inodes differ";
}

TEST_F(PutMetadataTest, TheOrderOfPathsChangesNothing) {
  tree.file("b", "x");
  ASSERT_EQ(link(tree.path("b").c_str(), tree.path("a").c_str()), 0);
  const FixedRule later({int64_t{1} << 40, 0});
  const Put one = put({tree.path("a"), tree.path("b")}, &later);
  const Put two = put({tree.path("b"), tree.path("a")}, &later);
  EXPECT_EQ(one.report.meta, two.report.meta);
  EXPECT_TRUE(one.root.several);
  EXPECT_EQ(one.root.from, (std::vector<std::string>{tree.path("a"), tree.path("b")}));
}

TEST_F(PutMetadataTest, HardLinksAreReadOnceOverAllDirectories) {
  tree.directory("t");
  tree.directory("t/d");
  const std::string content(2 << 20, 'x');
  tree.file("t/d/first", content);
  tree.file("t/other", "other");
  for (const char* name : {"t/e", "t/d/z"})
    ASSERT_EQ(link(tree.path("t/d/first").c_str(), tree.path(name).c_str()), 0);
  // One name in the tree, another outside: no mark.
  ASSERT_EQ(link(tree.path("t/other").c_str(), tree.path("outside").c_str()), 0);
  const Put done = put({tree.path("t")});
  const auto all = entries_of(done.root);
  EXPECT_EQ(all.at("t/d/first").hard_link, "");
  EXPECT_EQ(all.at("t/d/z").hard_link, "t/d/first");
  EXPECT_EQ(all.at("t/e").hard_link, "t/d/first");
  EXPECT_EQ(all.at("t/other").hard_link, "");
  EXPECT_EQ(all.at("t/e").size, content.size());
  EXPECT_EQ(count_hard_links(sink, done.root.hard_links, "t/d/first").value(), 3U);
  EXPECT_EQ(count_hard_links(sink, done.root.hard_links, "t/other").value(), 1U);
  const PutCounters& counters = done.report.counters;
  EXPECT_EQ(counters.files, 4U);
  EXPECT_EQ(counters.files_linked, 2U);
  EXPECT_EQ(counters.bytes_content, 3 * content.size() + 5);
  EXPECT_EQ(counters.bytes_linked, 2 * content.size());
  EXPECT_EQ(done.report.root.cid, content_of({tree.path("t")}));
}

TEST_F(PutMetadataTest, SymlinksAndSpecialFilesHaveFurtherNamesToo) {
  tree.directory("t");
  tree.directory("t/d");
  tree.symlink("t/l", "nowhere");
  tree.fifo("t/p");
  for (const auto& [from, to] : {std::pair("t/l", "t/d/l"), {"t/p", "t/d/p"}, {"t/p", "t/z"}})
    ASSERT_EQ(linkat(AT_FDCWD, tree.path(from).c_str(), AT_FDCWD, tree.path(to).c_str(), 0), 0);
  const Put done = put({tree.path("t")});
  const auto all = entries_of(done.root);
  EXPECT_EQ(all.at("t/d/l").hard_link, "");
  EXPECT_EQ(all.at("t/l").hard_link, "t/d/l");
  EXPECT_EQ(all.at("t/d/p").hard_link, "");
  EXPECT_EQ(all.at("t/p").hard_link, "t/d/p");
  EXPECT_EQ(all.at("t/z").hard_link, "t/d/p");
  EXPECT_EQ(count_hard_links(sink, done.root.hard_links, "t/d/l").value(), 2U);
  EXPECT_EQ(count_hard_links(sink, done.root.hard_links, "t/d/p").value(), 3U);
  EXPECT_EQ(done.report.counters.symlinks, 2U);
  EXPECT_EQ(done.report.counters.files_linked, 0U) << "it counts files";
  EXPECT_EQ(done.report.root.cid, content_of({tree.path("t")}));
}

TEST_F(PutMetadataTest, SpecialsAloneHaveAnEmptyDirectoryForContent) {
  tree.fifo("p");
  tree.directory("d");
  const Put alone = put({tree.path("p")});
  EXPECT_TRUE(alone.root.several);
  EXPECT_EQ(alone.report.root.cid, genesis().root);
  EXPECT_EQ(entries_of(alone.root).size(), 1U);
  const Put beside = put({tree.path("p"), tree.path("d")});
  EXPECT_TRUE(beside.root.several);
  const auto listed = DirectoryReader(sink).list(beside.report.root.cid);
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ(listed->front().name, "d");
}

TEST_F(PutMetadataTest, AttributesAreKeptShortAndLong) {
  tree.file("f", "x");
  const std::string path = tree.path("f");
  const std::string value(3000, 'v');
  if (setxattr(path.c_str(), "user.long", value.data(), value.size(), 0) != 0) {
    ASSERT_EQ(errno, ENOTSUP);
    GTEST_SKIP() << "no user attributes here";
  }
  ASSERT_EQ(setxattr(path.c_str(), "user.a", "1", 1, 0), 0);
  ASSERT_EQ(setxattr(path.c_str(), "user.empty", "", 0, 0), 0);
  const auto all = entries_of(put({path}).root);
  std::vector<Xattr> users;
  for (const Xattr& attribute : all.at("f").xattrs)
    if (attribute.name.starts_with("user.")) users.push_back(attribute);
  ASSERT_EQ(users.size(), 3U);
  EXPECT_EQ(users[0], (Xattr{"user.a", std::vector<uint8_t>{'1'}}));
  EXPECT_EQ(users[1], (Xattr{"user.empty", std::vector<uint8_t>{}}));
  const auto block = sink.read(std::get<Cid>(users[2].value));
  ASSERT_TRUE(block) << "the value is a block that was stored";
  EXPECT_EQ(as_text(*block), value);
}

TEST_F(PutMetadataTest, MarksStandWhereNoChangeCanHide) {
  tree.directory("t");
  tree.file("t/f", "x");
  const auto mark_of = [&](const MetaRoot& root) {
    const Cid scan = decode_scan_root(sink.read(*root.scan).value()).value();
    MetaListReader tops(sink, root.tops, scan);
    const auto top = tops.next();
    EXPECT_TRUE(top && *top);
    MetaListReader reader(sink, *(*top)->list, tops.item().list);
    EXPECT_TRUE(reader.next());
    return reader.item().mark;
  };
  const FixedRule past({1, 0});
  EXPECT_FALSE(mark_of(put({tree.path("t")}, &past).root)) << "written in the future";
  const FixedRule future({int64_t{1} << 40, 0});
  const auto mark = mark_of(put({tree.path("t")}, &future).root);
  struct stat status;
  ASSERT_EQ(stat(tree.path("t/f").c_str(), &status), 0);
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->inode, status.st_ino);
  EXPECT_EQ(mark->ctime, (FileTime{status.st_ctim.tv_sec, static_cast<uint32_t>(status.st_ctim.tv_nsec)}));
}

// A file of a test's making, in metadata mode.
class ScriptedFile final : public FoundFile {
 public:
  ScriptedFile(FileStatus status, ScriptedContent content) : status_(status), content_(std::move(content)) {}
  Result<OpenedFile> open() override {
    OpenedFile file;
    file.status = status_;
    file.source = std::make_unique<ScriptedSource>(content_);
    return file;
  }
  bool list_xattrs(std::vector<std::string>& /*names*/) override { return false; }
  bool can_read_xattr(const std::string& /*name*/) override { return true; }

 private:
  FileStatus status_;
  ScriptedContent content_;
};

// Files of `links` names each; `content` says what becomes of reading them.
class FoundEntries final : public EntryStream {
 public:
  FoundEntries& file(const std::string& name, uint64_t inode, uint64_t links, const ScriptedContent& content,
                     const timespec& ctime = {}) {
    FileStatus status;
    status.ctime = ctime;
    status.mode = kModeFile | 0644;
    status.inode = inode;
    status.links = links;
    status.size = content.bytes();
    status.settled = true;
    Entry entry{.kind = Entry::Kind::file, .name = name, .path = name};
    entry.status = status;
    entry.found = std::make_unique<ScriptedFile>(status, content);
    entries_.push_back(std::move(entry));
    return *this;
  }
  Result<std::optional<Entry>> next() override {
    if (entries_.empty()) return std::optional<Entry>();
    std::optional<Entry> entry(std::move(entries_.front()));
    entries_.pop_front();
    return entry;
  }

 private:
  std::deque<Entry> entries_;
};

class FoundFilesTest : public testing::TestWithParam<size_t> {
 protected:
  // Small ones are read by lanes, large ones in turn.
  ScriptedContent content() const { return ScriptedContent::of(std::vector<uint8_t>(GetParam(), 'x')); }

  PutReport put(FoundEntries& entries) {
    const auto device = make_software_device({});
    PutOptions options;
    options.threads = 2;
    options.metadata.kept = true;
    options.report = [&](const Error& error) { reported.push_back(error.what); };
    const auto report = put_entries(entries, *device, sink, options);
    EXPECT_TRUE(report) << report.error().message();
    Commit commit;
    commit.meta = report->meta;
    const auto root = read_meta_root(sink, commit);
    EXPECT_TRUE(root && *root);
    MetaListReader tops(sink, (*root)->tops, decode_scan_root(sink.read(*(*root)->scan).value()).value());
    while (true) {
      const auto entry = tops.next();
      if (!entry || !*entry) break;
      names.push_back((*entry)->name);
      marked.push_back(tops.item().mark.has_value());
    }
    return *report;
  }

  MemorySink sink;
  std::vector<std::string> reported;
  std::vector<std::string> names;
  std::vector<bool> marked;
};

TEST_P(FoundFilesTest, FurtherNamesOfADroppedFileAreReportedToo) {
  ScriptedContent damaged = content();
  damaged.fail_at = 10;
  FoundEntries entries;
  entries.file("a", 7, 2, damaged).file("b", 7, 2, content()).file("c", 8, 1, content());
  const PutReport report = put(entries);
  EXPECT_EQ(names, std::vector<std::string>{"c"});
  EXPECT_EQ(reported.size(), 2U);
  EXPECT_NE(std::ranges::find(reported, "b"), reported.end());
  EXPECT_EQ(report.counters.entries_reported, 2U);
  EXPECT_EQ(report.counters.files, 1U);
  EXPECT_EQ(report.unread, (PutShortfall{.reported = 2, .missing = 2, .paths = {"a", "b"}}));
}

TEST_P(FoundFilesTest, WhatChangedWhileItWasReadHasNoMark) {
  ScriptedContent changing = content();
  changing.change = "was written to while it was read";
  FoundEntries entries;
  entries.file("a", 7, 1, changing).file("b", 8, 1, content());
  put(entries);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(marked, (std::vector<bool>{false, true}));
  EXPECT_EQ(reported, std::vector<std::string>{"a"});
}

// The same inode, and yet another file, or another state of it.
TEST_P(FoundFilesTest, ANameThatChangedSinceTheFirstWasReadIsReadAlone) {
  const ScriptedContent other = ScriptedContent::of(std::vector<uint8_t>(GetParam(), 'y'));
  FoundEntries entries;
  entries.file("a", 7, 4, content()).file("b", 7, 4, content());
  entries.file("c", 7, 4, other, {5, 5}).file("d", 7, 4, content(), {5, 5});
  const PutReport report = put(entries);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(marked, (std::vector<bool>{true, true, true, true}));
  EXPECT_EQ(report.counters.files_linked, 2U);
  EXPECT_EQ(reported, std::vector<std::string>{"c"}) << "whoever restores that has two files where one was";
  EXPECT_EQ(report.unread, PutShortfall{.reported = 1});
  ASSERT_EQ(report.roots.size(), 4U);
  EXPECT_EQ(report.roots[0].link.cid, report.roots[1].link.cid);
  EXPECT_EQ(report.roots[2].link.cid, report.roots[3].link.cid);
  EXPECT_NE(report.roots[1].link.cid, report.roots[2].link.cid);
}

TEST_P(FoundFilesTest, FurtherNamesOfWhatChangedWhileItWasReadHaveNoMark) {
  ScriptedContent changing = content();
  changing.change = "was written to while it was read";
  FoundEntries entries;
  entries.file("a", 7, 2, changing).file("b", 7, 2, content());
  put(entries);
  EXPECT_EQ(marked, (std::vector<bool>{false, false}));
}

INSTANTIATE_TEST_SUITE_P(Sizes, FoundFilesTest, testing::Values(100, 5 << 20));

}  // namespace
}  // namespace penstock
