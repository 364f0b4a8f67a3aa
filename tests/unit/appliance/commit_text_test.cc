// SPDX-License-Identifier: Apache-2.0
#include "appliance/commit_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace penstock {
namespace {

TEST(CommitTextTest, WritesTimesInUtc) {
  EXPECT_EQ(time_text(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(time_text(951'826'154'999'999'999), "2000-02-29T12:09:14Z");
}

TEST(CommitTextTest, WritesTimesBefore1970) {
  EXPECT_EQ(time_text(-1), "1969-12-31T23:59:59Z");
}

TEST(CommitTextTest, WritesTheExtremesThatACommitCanHold) {
  EXPECT_EQ(time_text(std::numeric_limits<int64_t>::max()), "2262-04-11T23:47:16Z");
  EXPECT_EQ(time_text(std::numeric_limits<int64_t>::min()), "1677-09-21T00:12:43Z");
}

TEST(CommitTextTest, KeepsALogLineOneLine) {
  Commit commit;
  commit.name = "two\nlines";
  commit.host = "host\n";
  const std::string line = commit_line(Cid(), commit, {"/a\n", "b", "c", "d", "e"});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_TRUE(line.ends_with("  two\\nlines  from host\\n:/a\\n, b, c and 2 more\n")) << line;
}

TEST(CommitTextTest, HoldsPathsThatAreNotUtf8) {
  Commit commit;
  commit.paths = {"a\xff"};
  EXPECT_EQ(commit_json(Cid(), commit)["paths"][0]["path_bytes"], "61ff");
}

}  // namespace
}  // namespace penstock
