// SPDX-License-Identifier: Apache-2.0
#include "pipeline/baseline.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "dag/block_links.h"
#include "dag/directory_reader.h"
#include "fault/seeded_random.h"
#include "unit/pipeline/baseline_site.h"

namespace penstock {
namespace {

using Names = std::vector<std::string>;

class BaselineTest : public BaselineSite {
 protected:
  void make_tree() {
    tree.directory("t");
    tree.directory("t/d");
    tree.file("t/a", "a");
    tree.file("t/d/large", std::string(3 << 20, 'x') + "y");
    tree.file("t/d/small", "small");
    tree.file("t/empty", "");
    tree.symlink("t/l", "a");
    tree.fifo("t/p");
    tree.file("t/z", "z");
  }

  struct stat status(const std::string& name) const {
    struct stat status {};
    EXPECT_EQ(lstat(tree.path(name).c_str(), &status), 0) << name;
    return status;
  }
  void set_mtime(const std::string& name, const timespec& mtime) const {
    const timespec times[2] = {{0, UTIME_OMIT}, mtime};
    ASSERT_EQ(utimensat(AT_FDCWD, tree.path(name).c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
  }
  // Puts "t" and expects that these files alone are opened, and that the content is what a first put gives.
  Put expect_reads(const Names& opened, const char* what) {
    Put done = put({"t"});
    EXPECT_EQ(done.opened, opened) << what;
    EXPECT_EQ(done.report.root.cid, content_of({"t"})) << what;
    return done;
  }
};

TEST_F(BaselineTest, AnUnchangedTreeOpensNoFileAndIsTheSame) {
  make_tree();
  const Put first = put({"t"});
  EXPECT_EQ(first.opened, (Names{"a", "large", "small", "empty", "z"}));
  EXPECT_FALSE(first.report.parent);
  const Put again = put({"t"});
  EXPECT_EQ(again.opened, Names{});
  EXPECT_EQ(again.report.root.cid, first.report.root.cid);
  EXPECT_EQ(again.report.root.dag_bytes, first.report.root.dag_bytes);
  EXPECT_EQ(again.report.meta, first.report.meta);
  EXPECT_EQ(again.report.parent, first.commit);
  const PutCounters& counters = again.report.counters;
  EXPECT_EQ(counters.files, 5U);
  EXPECT_EQ(counters.files_unchanged, 5U);
  EXPECT_EQ(counters.files_new + counters.files_changed + counters.files_gone, 0U);
  EXPECT_EQ(counters.bytes_content, first.report.counters.bytes_content);
  EXPECT_EQ(counters.bytes_unchanged, counters.bytes_content);
  EXPECT_EQ(counters.nodes, 0U);
  EXPECT_EQ(notes, Names{});
  EXPECT_EQ(put({"t"}).opened, Names{}) << "the marks were handed on";
}

TEST_F(BaselineTest, EveryChangeOfAFileIsFound) {
  make_tree();
  put({"t"});
  const struct stat before = status("t/a");
  tree.file("t/a", "b");
  set_mtime("t/a", before.st_mtim);
  expect_reads({"a"}, "written, and its mtime set back");
  set_mtime("t/z", {5, 5});
  EXPECT_EQ(expect_reads({"z"}, "touched").report.counters.bytes_unique, 0U);
  ASSERT_EQ(chmod(tree.path("t/z").c_str(), 0600), 0);
  expect_reads({"z"}, "another mode");
  tree.append("t/d/large", "more");
  expect_reads({"large"}, "grown");
  tree.file("t/new", "c");
  const struct stat replaced = status("t/a");
  ASSERT_EQ(rename(tree.path("t/new").c_str(), tree.path("t/a").c_str()), 0);
  set_mtime("t/a", replaced.st_mtim);
  expect_reads({"a"}, "another file took its place");
  expect_reads({}, "nothing");
}

TEST_F(BaselineTest, AttributesOfUnchangedFilesAreKept) {
  make_tree();
  const std::string path = tree.path("t/a");
  const std::string value(3000, 'v');
  if (setxattr(path.c_str(), "user.long", value.data(), value.size(), 0) != 0) {
    ASSERT_EQ(errno, ENOTSUP);
    GTEST_SKIP() << "no user attributes here";
  }
  ASSERT_EQ(setxattr(path.c_str(), "user.short", "1", 1, 0), 0);
  const Put first = put({"t"});
  const Put again = put({"t"});
  EXPECT_EQ(again.opened, Names{});
  EXPECT_EQ(again.report.meta, first.report.meta);
  ASSERT_EQ(removexattr(path.c_str(), "user.short"), 0);
  const Put changed = expect_reads({"a"}, "an attribute less");
  EXPECT_NE(changed.report.meta, first.report.meta);
}

TEST_F(BaselineTest, CountsNewChangedAndGone) {
  make_tree();
  put({"t"});
  tree.file("t/new", "new");
  tree.append("t/a", "more");
  tree.remove("t/z");
  Put done = expect_reads({"a", "new"}, "some of each");
  EXPECT_EQ(done.report.counters.files_new, 1U);
  EXPECT_EQ(done.report.counters.files_changed, 1U);
  EXPECT_EQ(done.report.counters.files_unchanged, 3U);
  EXPECT_EQ(done.report.counters.files_gone, 1U);
  // A directory becomes a file, one file a directory, another a symlink.
  tree.rename("t/d", "d");
  tree.file("t/d", "no directory");
  tree.remove("t/a");
  tree.directory("t/a");
  tree.file("t/a/in", "in");
  tree.remove("t/new");
  tree.symlink("t/new", "a");
  done = expect_reads({"in", "d"}, "other kinds");
  EXPECT_EQ(done.report.counters.files_new, 2U);
  EXPECT_EQ(done.report.counters.files_changed, 0U);
  EXPECT_EQ(done.report.counters.files_gone, 4U) << "a, d/large, d/small, new";
}

TEST_F(BaselineTest, WhatLiesBelowAGoneDirectoryIsCounted) {
  tree.directory("t");
  tree.directory("t/gone");
  tree.chain(3);
  tree.rename("d", "t/gone/d");
  tree.file("t/gone/f", "f");
  tree.file("t/stays", "stays");
  const Put first = put({"t"});
  tree.rename("t/gone", "gone");
  const Put done = expect_reads({}, "a directory is gone");
  EXPECT_EQ(done.report.counters.files_gone, first.report.counters.files - 1);
}

TEST_F(BaselineTest, UnreadableIsNotGone) {
  FileStatus status;
  status.mode = kModeFile | 0644;
  status.size = 1;
  status.settled = true;
  const auto entries = [&](bool readable) {
    auto made = std::make_unique<MadeFiles>();
    made->file("a", status, {'a'});
    if (readable) {
      made->file("b", status, {'b'});
    } else {
      made->unreadable("b");
    }
    return made;
  };
  put_made(entries(true), {"a", "b"});
  const Put done = put_made(entries(false), {"a", "b"});
  EXPECT_EQ(reported, Names{"b"});
  EXPECT_EQ(done.report.counters.files_gone, 0U);
  EXPECT_EQ(done.report.counters.files_unchanged, 1U);
}

TEST_F(BaselineTest, EachPartOfTheMarkTells) {
  FileStatus is;
  is.mode = kModeFile | 0644;
  is.size = 1;
  is.inode = 7;
  is.mtime = {100, 10};
  is.ctime = {200, 20};
  is.settled = true;
  const std::map<std::string, std::function<void(FileStatus&)>> changes = {
      {"size", [](FileStatus& was) { was.size = 2; }},
      {"inode", [](FileStatus& was) { was.inode = 8; }},
      {"mtime", [](FileStatus& was) { was.mtime.tv_sec = 101; }},
      {"mtime earlier", [](FileStatus& was) { was.mtime.tv_sec = 99; }},
      {"nanoseconds of mtime", [](FileStatus& was) { was.mtime.tv_nsec = 11; }},
      {"ctime", [](FileStatus& was) { was.ctime.tv_sec = 201; }},
      {"ctime, the clock was set back", [](FileStatus& was) { was.ctime.tv_sec = 1; }},
      {"nanoseconds of ctime", [](FileStatus& was) { was.ctime.tv_nsec = 19; }},
  };
  const auto made = [](const FileStatus& status) {
    auto files = std::make_unique<MadeFiles>();
    files->file("f", status, std::vector<uint8_t>(status.size, 'x'));
    return files;
  };
  for (const auto& [what, change] : changes) {
    put_made(made(is), {"f"});
    EXPECT_EQ(put_made(made(is), {"f"}).opened, Names{}) << what;
    FileStatus changed = is;
    change(changed);
    EXPECT_EQ(put_made(made(changed), {"f"}).opened, Names{"f"}) << what;
  }
  FileStatus elsewhere = is;
  elsewhere.device = 5;
  elsewhere.mode = kModeFile | 0600;
  put_made(made(is), {"f"});
  EXPECT_EQ(put_made(made(elsewhere), {"f"}).opened, Names{}) << "file systems change their numbers";
  FileStatus racy = is;
  racy.settled = false;
  racy.ctime.tv_sec = 300;
  put_made(made(racy), {"f"});
  EXPECT_EQ(put_made(made(racy), {"f"}).opened, Names{"f"}) << "it may have changed in the same tick";
}

// Any way of writing and putting, with a clock of ticks that goes forward, stands and is set back: a put
// never takes a file for what it was when it is not.
TEST_F(BaselineTest, NoChangeWithinATickIsMissed) {
  const char* const given = getenv("PENSTOCK_SEED");
  const uint64_t seed = given != nullptr ? strtoull(given, nullptr, 10) : std::random_device{}();
  SCOPED_TRACE("PENSTOCK_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  class Ticks final : public SettleRule {
   public:
    Ticks() : SettleRule(0) {}
    timespec now() const override { return {at, 0}; }
    timespec grain(const timespec&, const timespec&, uint64_t) const override { return {1, 0}; }
    time_t at = 1'000'000;
  } clock;
  FileStatus status;
  status.mode = kModeFile | 0644;
  status.size = 8;
  status.inode = 7;
  status.mtime = status.ctime = clock.now();
  uint64_t version = 0;
  size_t spared = 0;
  for (int round = 0; round < 400; ++round) {
    for (uint64_t step = random.below(3); step > 0; --step) {
      if (random.chance(0.5)) {
        // A clock that is set back comes again to times that were; it stays clear of them here.
        clock.at += random.chance(0.05) ? -100'000'000 : static_cast<time_t>(random.below(4));
      } else {
        ++version;
        status.ctime = clock.now();
        if (random.chance(0.5)) status.mtime = clock.now();
      }
    }
    std::vector<uint8_t> content(8);
    std::memcpy(content.data(), &version, sizeof(version));
    const Cid expected = cid_of(Multicodec::raw, content);
    FileStatus met = status;
    met.settled = clock.settled(met.mtime, met.ctime, 1, clock.now());
    auto files = std::make_unique<MadeFiles>();
    files->file("f", met, content);
    const Put done = put_made(std::move(files), {"f"});
    ASSERT_EQ(done.report.root.cid, expected) << "round " << round;
    if (done.opened.empty()) ++spared;
  }
  EXPECT_GT(spared, 40U) << "it must be able to miss something";
}

// The same with the file system's own clock.
TEST_F(BaselineTest, NoWriteBetweenTwoPutsIsMissed) {
  settle = nullptr;
  const char* const given = getenv("PENSTOCK_SEED");
  const uint64_t seed = given != nullptr ? strtoull(given, nullptr, 10) : std::random_device{}();
  SCOPED_TRACE("PENSTOCK_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  for (int round = 0; round < 100; ++round) {
    const std::string content = std::to_string(10'000 + random.below(10'000));
    timespec mtime{};
    if (round > 0) mtime = status("f").st_mtim;
    tree.file("f", content);
    if (round > 0 && random.chance(0.5)) set_mtime("f", mtime);
    const Put done = put({"f"});
    ASSERT_EQ(done.report.root.cid, cid_of(Multicodec::raw, as_bytes(content))) << "round " << round;
    if (random.chance(0.3)) put({"f"});
  }
}

TEST_F(BaselineTest, OneFileIsATreeToo) {
  tree.file("small", "small");
  tree.file("large", std::string(3 << 20, 'x') + "y");
  tree.file("empty", "");
  for (const std::string name : {"small", "large", "empty"}) {
    const Put first = put({name});
    const Put again = put({name});
    EXPECT_EQ(again.opened, Names{}) << name;
    EXPECT_EQ(again.report.root.cid, first.report.root.cid) << name;
    EXPECT_EQ(again.report.root.content_bytes, first.report.root.content_bytes) << name;
    EXPECT_EQ(again.report.root.dag_bytes, first.report.root.dag_bytes) << name;
    EXPECT_EQ(again.report.meta, first.report.meta) << name;
    tree.append(name, "more");
    EXPECT_EQ(put({name}).opened, Names{name});
  }
}

TEST_F(BaselineTest, SeveralPathsAreComparedByName) {
  make_tree();
  tree.file("u", "u");
  tree.fifo("q");
  const Put first = put({"q", "t", "u"});
  const Put again = put({"q", "t", "u"});
  EXPECT_EQ(again.opened, Names{});
  EXPECT_EQ(again.report.root.cid, first.report.root.cid);
  EXPECT_EQ(again.report.meta, first.report.meta);
  const Put less = put({"t"});
  EXPECT_EQ(less.opened, Names{});
  EXPECT_EQ(less.report.counters.files_gone, 1U);
}

TEST_F(BaselineTest, LargeDirectoriesAreComparedToo) {
  tree.directory("t");
  const std::string tail(60, 'n');
  for (int i = 0; i < 4000; ++i) tree.file("t/" + std::to_string(i) + tail, std::to_string(i));
  const Put first = put({"t"});
  EXPECT_EQ(first.opened.size(), 4000U);
  const auto again = put({"t"});
  EXPECT_EQ(again.opened, Names{});
  EXPECT_EQ(again.report.root.cid, first.report.root.cid);
  EXPECT_EQ(again.report.meta, first.report.meta);
  tree.file("t/123" + tail, "changed");
  tree.remove("t/3999" + tail);
  const Put changed = expect_reads({"123" + tail}, "one of many");
  EXPECT_EQ(changed.report.counters.files_gone, 1U);
}

TEST_F(BaselineTest, HardLinksStayOneFile) {
  make_tree();
  ASSERT_EQ(link(tree.path("t/d/large").c_str(), tree.path("t/b").c_str()), 0);
  ASSERT_EQ(link(tree.path("t/d/large").c_str(), tree.path("t/y").c_str()), 0);
  const Put first = put({"t"});
  const Put again = put({"t"});
  EXPECT_EQ(again.opened, Names{});
  EXPECT_EQ(again.report.meta, first.report.meta);
  EXPECT_EQ(again.report.counters.files, 7U);
  EXPECT_EQ(again.report.counters.files_linked, 2U);
  EXPECT_EQ(again.report.counters.files_unchanged, 7U);
  const PutCounters& counters = again.report.counters;
  EXPECT_EQ(counters.bytes_content, counters.bytes_linked + counters.bytes_unchanged);
  tree.append("t/y", "more");
  const Put changed = put({"t"});
  EXPECT_EQ(changed.report.root.cid, content_of({"t"}));
  EXPECT_EQ(changed.report.counters.files_changed, 3U);
}

TEST_F(BaselineTest, AKnownNameOutlivesAFirstOneThatCannotBeRead) {
  FileStatus status;
  status.mode = kModeFile | 0644;
  status.size = 5;
  status.inode = 7;
  status.links = 3;
  status.settled = true;
  auto files = std::make_unique<MadeFiles>();
  files->file("b", status, std::vector<uint8_t>(5, 'x')).file("c", status, std::vector<uint8_t>(5, 'x'));
  const Put first = put_made(std::move(files), {"b", "c"});
  files = std::make_unique<MadeFiles>();
  files->damaged("a", status).file("b", status, {}).file("c", status, {});
  const Put again = put_made(std::move(files), {"a", "b", "c"});
  EXPECT_EQ(again.opened, Names{"a"});
  EXPECT_EQ(reported.size(), 1U);
  EXPECT_EQ(again.report.root.cid, first.report.root.cid);
  EXPECT_EQ(again.report.counters.files, 2U);
  EXPECT_EQ(again.report.counters.files_linked, 1U);
}

TEST_F(BaselineTest, AttributesThatTheParentCouldNotSeeAreRead) {
  tree.file("f", "x");
  const std::string path = tree.path("f");
  if (setxattr(path.c_str(), "user.a", "1", 1, 0) != 0) GTEST_SKIP() << "no user attributes here";
  auto status_of = [&] {
    FileStatus status;
    EXPECT_EQ(look_at(AT_FDCWD, path.c_str(), false, status), 0);
    status.settled = true;
    return status;
  };
  auto blind = std::make_unique<MadeFiles>();
  blind->file("f", status_of(), {'x'});
  put_made(std::move(blind), {"f"});
  const Put seen = put({"f"});
  EXPECT_EQ(seen.opened, Names{"f"});
  EXPECT_EQ(seen.report.counters.files_unchanged, 1U);
  EXPECT_EQ(put({"f"}).opened, Names{});
}

TEST_F(BaselineTest, RereadReadsAllAndCountsAllTheSame) {
  make_tree();
  const Put first = put({"t"});
  tree.append("t/a", "more");
  const Put again = put({"t"}, Compared::and_reread);
  EXPECT_EQ(again.opened, first.opened);
  EXPECT_EQ(again.report.counters.files_changed, 1U);
  EXPECT_EQ(again.report.counters.files_unchanged, 4U);
  EXPECT_EQ(again.report.counters.bytes_unchanged, 0U);
}

// What of the parent is not there costs reading, never more.
TEST_F(BaselineTest, AParentThatIsIncompleteIsANote) {
  make_tree();
  const Put first = put({"t"});
  const auto reader = store_->new_reader();
  const CommitTree whole = open_commit_tree(*reader, first.commit).value();
  const Cid nowhere = cid_of(Multicodec::dag_cbor, as_bytes("nowhere"));
  struct Case {
    const char* what;
    std::function<void(CommitTree&)> change;
    size_t notes;
  };
  const Case cases[] = {
      {"content", [&](CommitTree& parent) { parent.top.content = cid_of(Multicodec::dag_pb, {}); }, 1},
      {"list", [&](CommitTree& parent) { parent.top.list = nowhere; }, 1},
      {"scan", [&](CommitTree& parent) { parent.top.item.list = nowhere; }, 1},
      {"a scan of something else", [&](CommitTree& parent) { parent.top.item.list = parent.top.list; }, 1},
      {"a file for a directory",
       [&](CommitTree& parent) { parent.top.content = cid_of(Multicodec::raw, {}); }, 1},
  };
  for (const Case& each : cases) {
    CommitTree parent = whole;
    each.change(parent);
    notes.clear();
    auto entries = open_paths({tree.path("t")}, {.metadata = true, .settle = settle});
    const Put again = put_entries_of(std::move(*entries), {"t"}, Compared::with_parent, parent);
    EXPECT_EQ(again.opened, first.opened) << each.what;
    EXPECT_EQ(again.report.root.cid, first.report.root.cid) << each.what;
    EXPECT_EQ(notes.size(), each.notes) << each.what;
  }
}

TEST_F(BaselineTest, WhatIsInQuarantineIsReadAndSoHeals) {
  make_tree();
  const Put first = put({"t"});
  // Leaves of the large file lie in records of their own.
  auto reader = store_->new_reader();
  const Cid directory = DirectoryReader(*reader).lookup(first.report.root.cid, "d")->cid;
  const Cid large = DirectoryReader(*reader).lookup(directory, "large")->cid;
  reader.reset();
  quarantine(large.digest);
  const Put again = put({"t"});
  EXPECT_NE(std::ranges::find(again.opened, "large"), again.opened.end());
  EXPECT_EQ(again.report.root.cid, first.report.root.cid);
  EXPECT_TRUE(store_->find(large.digest).value()) << "it is stored again";
  EXPECT_EQ(notes.size(), 2U) << "that blocks are looked for, and that some were missing";
  EXPECT_EQ(put({"t"}).opened, Names{});
}

TEST_F(BaselineTest, ALeafInQuarantineIsFoundBelowItsNodes) {
  tree.file("f", [] {
    std::string content(2 << 20, ' ');
    uint64_t state = 1;
    for (char& c : content)
      c = static_cast<char>((state = state * 6364136223846793005 + 1442695040888963407) >> 56);
    return content;
  }());
  const Put first = put({"f"});
  auto reader = store_->new_reader();
  const auto block = reader->read(first.report.root.cid);
  ASSERT_TRUE(block);
  const auto links = block_links(Multicodec::dag_pb, *block).value();
  ASSERT_GT(links.size(), 4U);
  const auto placement = store_->find(links[2].digest).value();
  ASSERT_TRUE(placement);
  const auto root = store_->find(first.report.root.cid.digest).value();
  ASSERT_NE(root->record, placement->record);
  reader.reset();
  quarantine(links[2].digest);
  EXPECT_EQ(put({"f"}).opened, Names{"f"});
  EXPECT_TRUE(store_->find(links[2].digest).value());
  EXPECT_EQ(put({"f"}).opened, Names{});
}

// Whatever the depth: deep trees whose entries have many attributes would take a machine's memory otherwise.
TEST_F(BaselineTest, LooksAheadWithinOneBudgetForAllDirectories) {
  std::string path = "t";
  tree.directory(path);
  for (int depth = 0; depth < 30; ++depth) {
    for (int file = 0; file < 12; ++file) tree.file(path + "/" + std::to_string(file), "x");
    path += "/5d";  // with entries before and behind it
    tree.directory(path);
  }
  put({"t"});
  const Put plenty = put({"t"});
  EXPECT_EQ(plenty.opened, std::vector<std::string>());
  EXPECT_GT(plenty.ahead_bytes_most, 30U * 4 * sizeof(TreeEntry)) << "the tree is large enough to tell";
  ahead_bytes_max = 16 << 10;
  const Put bounded = put({"t"});
  EXPECT_EQ(bounded.opened, std::vector<std::string>());
  EXPECT_EQ(bounded.report.counters.files_unchanged, 30U * 12);
  EXPECT_LE(bounded.ahead_bytes_most, *ahead_bytes_max + 2 * sizeof(TreeEntry));
}

TEST_F(BaselineTest, ALostScanTreeIsANote) {
  tree.directory("t");
  tree.file("t/a", "a");
  tree.directory("t/d");
  tree.file("t/d/b", "b");
  const Cid commit = put({"t"}).commit;
  const auto reader = store_->new_reader();
  const MetaRoot meta = *open_commit_tree(*reader, commit)->meta;
  const Cid tops = decode_scan_root(reader->read(*meta.scan).value()).value();
  EXPECT_EQ(put({"t"}).opened, std::vector<std::string>());
  EXPECT_TRUE(notes.empty());
  // A block alone holds each: those of the tops, of t, and the root.
  for (const Cid& lost : {tops, *meta.scan}) {
    SCOPED_TRACE(lost.text());
    notes.clear();
    options.baseline = nullptr;
    CommitTree damaged = *open_commit_tree(*reader, commit);
    if (lost == tops) {
      damaged.top.item = {};
      damaged.top.item.list = cid_of(Multicodec::dag_cbor, as_bytes("nothing"));
    } else {
      damaged.scan_lost = true;
      damaged.top.item = {};
    }
    auto entries = open_paths({tree.path("t")}, {.metadata = true, .settle = settle});
    const Put again = put_entries_of(std::move(*entries), {"t"}, Compared::with_parent, damaged);
    EXPECT_EQ(again.opened.size(), 2U);
    ASSERT_FALSE(notes.empty());
    EXPECT_NE(notes.front().find("scan tree"), std::string::npos) << notes.front();
  }
}

// Some file systems list what they do not give, to one user or to any.
TEST_F(BaselineTest, AttributesThatAreListedAndCannotBeReadAreNoReasonToRead) {
  FileStatus status;
  status.mode = S_IFREG | 0644;
  status.size = 1;
  status.settled = true;
  const auto made = [&](std::vector<std::string> names, bool readable) {
    auto files = std::make_unique<MadeFiles>();
    files->file("a", status, {'a'}, std::move(names), readable);
    return files;
  };
  put_made(made({}, true), {"a"});
  EXPECT_EQ(put_made(made({"system.x"}, false), {"a"}).opened, std::vector<std::string>());
  EXPECT_EQ(put_made(made({"system.x"}, true), {"a"}).opened, std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace penstock
