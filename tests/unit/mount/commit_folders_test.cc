// SPDX-License-Identifier: Apache-2.0
#include "mount/commit_folders.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dag/commit.h"
#include "dag/history.h"
#include "unit/dag/memory_blocks.h"

namespace penstock {
namespace {

class CommitFoldersTest : public testing::Test {
 protected:
  Cid commit(const std::string& name, const std::string& host, int64_t seconds) {
    Commit made;
    made.root = blocks_.put(Multicodec::raw, as_bytes(name + host));
    made.parents = {genesis_cid()};
    made.jump = genesis_cid();
    made.depth = made.seq = 1;
    made.time_ns = seconds * 1'000'000'000;
    made.name = name;
    made.host = host;
    made.verify = "full";
    const auto block = encode_commit(made);
    EXPECT_TRUE(block) << block.error().message();
    const Cid cid = blocks_.put(Multicodec::dag_cbor, *block);
    logged_.push_back({cid, 0});
    return cid;
  }
  void update() {
    const Status done = folders_.update(logged_, blocks_,
                                        [this](const Error& error) { reported_.push_back(error.message()); });
    ASSERT_TRUE(done) << done.error().message();
  }

  MemoryBlocks blocks_;
  std::vector<LoggedCommit> logged_;
  std::vector<std::string> reported_;
  CommitFolders folders_;
};

TEST_F(CommitFoldersTest, GathersCommitsByNameAndHost) {
  const Cid one = commit("etc", "web", 1'763'726'400);
  const Cid two = commit("etc", "db", 1'763'726'401);
  const Cid bare = commit("", "", 0);
  update();
  EXPECT_EQ(folders_.all().commits.size(), 3U);
  EXPECT_EQ(folders_.all().latest, commit_folder_name(bare, 0));
  ASSERT_EQ(folders_.names().size(), 1U);
  EXPECT_EQ(folders_.names().at("etc").commits.size(), 2U);
  EXPECT_EQ(folders_.names().at("etc").latest.substr(0, 21), "2025-11-21T12-00-01Z_");
  EXPECT_EQ(folders_.hosts().size(), 2U);
  EXPECT_EQ(folders_.hosts().at("web").commits.begin()->second, one);
  EXPECT_EQ(folders_.hosts().at("db").commits.begin()->second, two);
}

TEST_F(CommitFoldersTest, LearnsOfWhatIsNewAlone) {
  commit("a", "h", 1);
  update();
  const uint64_t reads = blocks_.reads;
  const Cid newer = commit("a", "h", 2);
  update();
  EXPECT_EQ(blocks_.reads, reads + 1);
  EXPECT_EQ(folders_.names().at("a").latest, commit_folder_name(newer, 2'000'000'000));
}

TEST_F(CommitFoldersTest, TellsADamagedCommitOnceAndLeavesItOut) {
  commit("a", "h", 1);
  logged_.push_back({blocks_.put(Multicodec::dag_cbor, as_bytes("no commit")), 0});
  commit("a", "h", 2);
  update();
  update();
  EXPECT_EQ(reported_.size(), 1U);
  EXPECT_EQ(folders_.all().commits.size(), 2U);
}

TEST_F(CommitFoldersTest, NamesLeadNowhereElse) {
  EXPECT_EQ(group_folder_name("a b"), "a b");
  EXPECT_EQ(group_folder_name("a/b"), "a%2Fb");
  EXPECT_EQ(group_folder_name("%2F"), "%252F");
  EXPECT_EQ(group_folder_name("."), "%2E");
  EXPECT_EQ(group_folder_name(".."), "%2E%2E");
  EXPECT_EQ(group_folder_name("..."), "...");
  EXPECT_EQ(group_folder_name(std::string("a\0b\n\x7f", 5)), "a%00b%0A%7F");
  EXPECT_EQ(group_folder_name("\xC2\x85 \xC2\xA0 \xC3\xA9"), "%C2%85 \xC2\xA0 \xC3\xA9");
  EXPECT_EQ(group_folder_name(""), "");
  EXPECT_EQ(group_folder_name(std::string(255, 'x')), std::string(255, 'x'));
  EXPECT_EQ(group_folder_name(std::string(256, 'x')), "");
  EXPECT_EQ(group_folder_name(std::string(86, '/')), "");  // 258 bytes
}

TEST_F(CommitFoldersTest, NamesDifferWhereTextsDo) {
  EXPECT_NE(group_folder_name("%2F"), group_folder_name("/"));
  EXPECT_NE(group_folder_name("%2E"), group_folder_name("."));
}

}  // namespace
}  // namespace penstock
