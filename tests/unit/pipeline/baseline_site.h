// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "drivers/software/software_device.h"
#include "pipeline/baseline.h"
#include "pipeline/committing.h"
#include "pipeline/parent_commit.h"
#include "pipeline/put.h"
#include "store/memory_index.h"
#include "unit/ingest/source_tree.h"
#include "unit/pipeline/scripted_entries.h"

namespace penstock {

// A clock that stands where a test puts it.
class StandingRule final : public SettleRule {
 public:
  explicit StandingRule(timespec at) : at_(at) {}
  timespec now() const override { return at_; }

 private:
  timespec at_;
};

// Another stream's entries; counts the files that are opened.
class CountedOpens final : public EntryStream {
 public:
  CountedOpens(std::unique_ptr<EntryStream> entries, std::vector<std::string>& opened)
      : entries_(std::move(entries)), opened_(&opened) {}

  Result<std::optional<Entry>> next() override {
    auto entry = entries_->next();
    if (entry && *entry && (*entry)->found)
      (*entry)->found = std::make_unique<Counted>(std::move((*entry)->found), (*entry)->name, *opened_);
    return entry;
  }

 private:
  class Counted final : public FoundFile {
   public:
    Counted(std::unique_ptr<FoundFile> file, std::string name, std::vector<std::string>& opened)
        : file_(std::move(file)), name_(std::move(name)), opened_(&opened) {}
    Result<OpenedFile> open() override {
      opened_->push_back(name_);
      return file_->open();
    }
    bool list_xattrs(std::vector<std::string>& names) override { return file_->list_xattrs(names); }
    bool can_read_xattr(const std::string& name) override { return file_->can_read_xattr(name); }

   private:
    std::unique_ptr<FoundFile> file_;
    std::string name_;
    std::vector<std::string>* opened_;
  };

  std::unique_ptr<EntryStream> entries_;
  std::vector<std::string>* opened_;
};

// Files whose statuses a test makes up.
class MadeFiles final : public EntryStream {
 public:
  // `listed`: names of attributes, which are not there when it is read.
  MadeFiles& file(const std::string& name, const FileStatus& status, std::vector<uint8_t> content,
                  std::vector<std::string> listed = {}, bool readable = true) {
    Entry entry{.kind = Entry::Kind::file, .name = name, .path = name};
    entry.status = status;
    auto found = std::make_unique<Made>(status, ScriptedContent::of(std::move(content)));
    found->listed = std::move(listed);
    found->readable = readable;
    entry.found = std::move(found);
    entries_.push_back(std::move(entry));
    return *this;
  }
  // It is opened, and cannot be read.
  MadeFiles& damaged(const std::string& name, const FileStatus& status) {
    file(name, status, std::vector<uint8_t>(status.size, 'x'));
    ScriptedContent content = ScriptedContent::of(std::vector<uint8_t>(status.size, 'x'));
    content.fail_at = 0;
    entries_.back().found = std::make_unique<Made>(status, content);
    return *this;
  }
  MadeFiles& unreadable(const std::string& name) {
    entries_.push_back({.kind = Entry::Kind::unreadable,
                        .name = name,
                        .path = name,
                        .error = {Errc::partial, name, "permission denied", {}}});
    return *this;
  }
  Result<std::optional<Entry>> next() override {
    if (entries_.empty()) return std::optional<Entry>();
    std::optional<Entry> entry(std::move(entries_.front()));
    entries_.pop_front();
    return entry;
  }

 private:
  class Made final : public FoundFile {
   public:
    Made(FileStatus status, ScriptedContent content) : status_(status), content_(std::move(content)) {}
    Result<OpenedFile> open() override {
      OpenedFile file;
      file.status = status_;
      file.source = std::make_unique<ScriptedSource>(content_);
      return file;
    }
    bool list_xattrs(std::vector<std::string>& names) override {
      names = listed;
      return true;
    }
    bool can_read_xattr(const std::string& /*name*/) override { return readable; }

    std::vector<std::string> listed;
    bool readable = true;

   private:
    FileStatus status_;
    ScriptedContent content_;
  };

  std::deque<Entry> entries_;
};

// A store, a tree beside it, and puts of it one after the other, each compared with the one before.
class BaselineSite : public testing::Test {
 protected:
  struct Put {
    PutReport report;
    Cid commit;
    std::vector<std::string> opened;  // names, in order of the walk
    size_t ahead_bytes_most = 0;
  };
  enum class Compared : uint8_t { with_parent, with_nothing, and_reread };

  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "penstock-baseline-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    ASSERT_TRUE(Store::init(posix_file_system(), directory_ / "store", {}));
    open();
    options.threads = 2;
    options.codec = {CodecId::lz4, 1};
    options.metadata.kept = true;
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  void open() {
    store_.reset();
    StoreOptions store_options;
    store_options.index_factory = MemoryIndex::factory();
    auto store = Store::open(posix_file_system(), directory_ / "store", Access::write, store_options);
    ASSERT_TRUE(store) << store.error().message();
    store_ = std::move(*store);
  }
  // What a check would do that found the record damaged which this block lies in.
  void quarantine(const Digest& digest) {
    const auto placement = store_->find(digest).value();
    ASSERT_TRUE(placement);
    StoreFindings findings;
    findings.damaged.push_back(
        {placement->segment, placement->record, placement->record + 1, DamageKind::payload});
    ASSERT_TRUE(store_->settle(findings));
    open();
    ASSERT_FALSE(store_->find(digest).value());
  }

  Put put(const std::vector<std::string>& names, Compared how = Compared::with_parent) {
    std::vector<std::string> paths;
    options.metadata.from.clear();
    for (const std::string& name : names) {
      paths.push_back(tree.path(name));
      options.metadata.from[name] = paths.back();
    }
    auto entries = open_paths(paths, {.metadata = true, .settle = settle});
    EXPECT_TRUE(entries) << entries.error().message();
    return put_entries_of(std::move(*entries), names, how);
  }
  Put put_made(std::unique_ptr<EntryStream> entries, const std::vector<std::string>& names) {
    options.metadata.from.clear();
    return put_entries_of(std::move(entries), names, Compared::with_parent);
  }

  ParentQuery query(const std::vector<std::string>& names) const {
    ParentQuery query{.name = request.name,
                      .host = request.host,
                      .tops = names,
                      .from = {},
                      .paths = request.paths,
                      .list = options.metadata.choice.list,
                      .chunker = chunker_text(options.chunker),
                      .profile = request.profile};
    for (const auto& [name, path] : options.metadata.from) query.from.push_back(path);
    return query;
  }

  // With a parent of the test's own where it gives one.
  Put put_entries_of(std::unique_ptr<EntryStream> entries, const std::vector<std::string>& names,
                     Compared how, std::optional<CommitTree> parent = std::nullopt) {
    Put put;
    const auto reader = store_->new_reader();
    if (how != Compared::with_nothing && !parent) parent = find_parent(*store_, *reader, query(names));
    std::unique_ptr<Baseline> baseline;
    if (parent) {
      Baseline::Options wanted;
      wanted.reread = how == Compared::and_reread;
      wanted.note = [&](const std::string& text) { notes.push_back(text); };
      if (ahead_bytes_max) wanted.ahead_bytes_max = *ahead_bytes_max;
      baseline = std::make_unique<Baseline>(*store_, *parent, std::move(wanted));
    }
    options.baseline = baseline.get();
    options.report = [&](const Error& error) { reported.push_back(error.what); };
    const auto device = make_software_device({});
    StoreFrameSink sink(*store_);
    CountedOpens counted(std::move(entries), put.opened);
    auto report = put_entries(counted, *device, sink, options);
    if (baseline) put.ahead_bytes_most = baseline->ahead_bytes_most();
    EXPECT_TRUE(report) << report.error().message();
    if (!report) return put;
    put.report = *std::move(report);
    const auto commit = commit_put(*store_, put.report, options, request);
    EXPECT_TRUE(commit) << commit.error().message();
    if (commit) put.commit = *commit;
    return put;
  }

  Cid content_of(const std::vector<std::string>& names) {
    std::vector<std::string> paths;
    paths.reserve(names.size());
    for (const std::string& name : names) paths.push_back(tree.path(name));
    const auto entries = open_paths(paths, {.metadata = true});
    const auto device = make_software_device({});
    StoreFrameSink sink(*store_);
    PutOptions plain = options;
    plain.baseline = nullptr;
    return put_entries(**entries, *device, sink, plain)->root.cid;
  }

  // Far in the future, so that all is settled.
  StandingRule later{timespec{int64_t{1} << 40, 0}};
  const SettleRule* settle = &later;
  test::SourceTree tree;
  PutOptions options;
  CommitRequest request{.name = "n", .host = "h", .paths = {}, .profile = "default"};
  std::optional<size_t> ahead_bytes_max;
  std::vector<std::string> notes;
  std::vector<std::string> reported;

  std::filesystem::path directory_;
  std::unique_ptr<Store> store_;
};

}  // namespace penstock
