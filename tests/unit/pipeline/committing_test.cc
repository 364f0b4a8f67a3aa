// SPDX-License-Identifier: Apache-2.0
#include "pipeline/committing.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "dag/commit.h"
#include "dag/history.h"
#include "drivers/software/software_device.h"
#include "store/memory_index.h"
#include "unit/pipeline/scripted_entries.h"

namespace penstock {
namespace {

namespace fs = std::filesystem;

class CommittingTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "penstock-committing-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    options_.codec = {CodecId::lz4, 1};
    ASSERT_TRUE(Store::init(posix_file_system(), path(), {}));
    open();
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(directory_);
  }

  std::string path() const { return directory_ / "store"; }

  void open() {
    store_.reset();
    StoreOptions options;
    options.index_factory = MemoryIndex::factory();
    auto store = Store::open(posix_file_system(), path(), Access::write, options);
    ASSERT_TRUE(store) << store.error().message();
    store_ = std::move(*store);
  }

  Result<Cid> commit(uint64_t seed) {
    ScriptedEntries entries;
    entries.file("a", ScriptedContent::of(random_bytes(1000, seed)));
    const auto device = make_software_device({});
    StoreFrameSink sink(*store_);
    PENSTOCK_TRY_ASSIGN(const PutReport report, put_entries(entries, *device, sink, options_));
    return commit_put(*store_, report, options_,
                      {.name = "n", .host = "h", .paths = {}, .profile = "default"});
  }

  // Flips a bit near the end of the segment written last: in the newest commit's payload.
  void damage_last_record() {
    fs::path last;
    for (const auto& entry : fs::directory_iterator(path() + "/segments"))
      last = std::max(last, entry.path());
    std::fstream file(last, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(-3, std::ios::end);
    const auto byte = static_cast<char>(file.peek() ^ 4);
    file.seekp(-3, std::ios::end);
    file.put(byte);
  }

  fs::path directory_;
  std::unique_ptr<Store> store_;
  PutOptions options_;
};

TEST_F(CommittingTest, RecordsTheCodecAsItWasChosen) {
  for (const auto& [any, text] : {std::pair(false, "lz4"), std::pair(true, "auto")}) {
    options_.codec_any = any;
    const auto cid = commit(any ? 1 : 2);
    ASSERT_TRUE(cid) << cid.error().message();
    const auto made = read_commit(*store_->new_reader(), *cid);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->policy.codec, text);
  }
}

TEST_F(CommittingTest, ChainsCommitsByParentAndJump) {
  for (uint64_t i = 0; i < 20; ++i) ASSERT_TRUE(commit(i));
  const auto reader = store_->new_reader();
  const CommitLookup lookup = [&](const Cid& cid) { return read_commit(*reader, cid); };
  const Cid head = store_->commits().back().cid;
  for (uint64_t depth = 1; depth <= 20; ++depth) {
    const auto ancestor = find_ancestor(head, depth, lookup);
    ASSERT_TRUE(ancestor) << ancestor.error().message();
    EXPECT_EQ(ancestor->cid, store_->commits()[depth - 1].cid);
  }
}

TEST_F(CommittingTest, GoesOnBehindADamagedHead) {
  for (uint64_t i = 0; i < 6; ++i) ASSERT_TRUE(commit(i));
  const Cid head = store_->commits().back().cid;
  store_.reset();
  damage_last_record();
  open();
  ASSERT_EQ(store_->commits().back().cid, head);
  ASSERT_FALSE(store_->new_reader()->read(head)) << "the test has damaged something else";
  for (uint64_t i = 6; i < 12; ++i) {
    const auto next = commit(i);
    ASSERT_TRUE(next) << next.error().message();
    const auto reader = store_->new_reader();
    const auto made = read_commit(*reader, *next);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->depth, i + 1);
    EXPECT_EQ(made->parents.front(), store_->commits()[i - 1].cid);
    const uint64_t jump = jump_depth(i + 1);
    EXPECT_EQ(*made->jump, jump == 0 ? genesis_cid() : store_->commits()[jump - 1].cid);
  }
}

}  // namespace
}  // namespace penstock
