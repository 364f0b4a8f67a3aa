// SPDX-License-Identifier: Apache-2.0
// What a walk does when the tree changes under it. The stream is pulled, so most changes can be made between
// two pulls; those that fall between two system calls of one pull are provoked by a thread that never rests.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "ingest/directory_stack.h"
#include "ingest/entry_stream.h"
#include "unit/ingest/source_tree.h"

namespace penstock {
namespace {

using test::line_of;
using test::lines_of;
using test::SourceTree;
using Lines = std::vector<std::string>;

std::unique_ptr<EntryStream> open_tree(const std::string& path) {
  auto entries = open_paths({path});
  EXPECT_TRUE(entries.has_value());
  return std::move(*entries);
}

std::string next_line(EntryStream& entries) {
  auto entry = entries.next();
  EXPECT_TRUE(entry.has_value() && entry->has_value());
  return line_of(**entry);
}

TEST(TreeRacesTest, NamesFilesAndDirectoriesThatVanishedAndGoesOn) {
  const SourceTree tree;
  tree.directory("t");
  for (const char* name : {"t/a", "t/b", "t/d"}) tree.file(name, "x");
  tree.directory("t/c");
  const auto entries = open_tree(tree.path("t"));
  ASSERT_EQ(next_line(*entries), "+t");
  tree.remove("t/b");
  tree.remove("t/c");
  EXPECT_EQ(lines_of(*entries), (Lines{"a=x", "b!vanished before it could be read",
                                       "c!vanished before it could be read", "d=x", "-t"}));
}

TEST(TreeRacesTest, NamesATopLevelPathThatVanished) {
  const SourceTree tree;
  tree.file("f", "x");
  const auto entries = open_tree(tree.path("f"));
  tree.remove("f");
  EXPECT_EQ(lines_of(*entries), (Lines{"f!vanished before it could be read"}));
}

TEST(TreeRacesTest, ReadsAFileToItsEndThoughItWasRemovedMeanwhile) {
  const SourceTree tree;
  tree.file("f", "content");
  const auto entries = open_tree(tree.path("f"));
  auto entry = entries->next();
  tree.remove("f");
  EXPECT_EQ(line_of(**entry), "f=content");
  EXPECT_EQ((*entry)->source->changed(), "was changed (content, owner, mode or links) while it was read");
}

TEST(TreeRacesTest, NeverFollowsASymlinkThatTookADirectorysPlace) {
  const SourceTree tree;
  tree.directory("t");
  tree.directory("t/d");
  tree.directory("secret");
  tree.file("secret/f", "secret");
  const auto entries = open_tree(tree.path("t"));
  ASSERT_EQ(next_line(*entries), "+t");
  tree.remove("t/d");
  tree.symlink("t/d", "../secret");
  EXPECT_EQ(lines_of(*entries), (Lines{"d>../secret", "-t"}));
}

// The path of the depth-th directory in SourceTree::chain.
std::string chain(size_t depth) {
  std::string name = "d";
  for (size_t level = 1; level < depth; ++level) name += "/d";
  return name;
}

void go_down(EntryStream& entries, size_t depth) {
  for (size_t level = 0; level < depth; ++level) ASSERT_EQ(next_line(entries), "+d");
}

constexpr size_t kDepth = DirectoryStack::kOpenMax + 10;  // the second to the tenth level get closed

TEST(TreeRacesTest, ComesBackByNameWhereAnInnerDirectoryWasMovedAway) {
  const SourceTree tree;
  tree.chain(kDepth);
  const auto entries = open_tree(tree.path("d"));
  go_down(*entries, kDepth);
  // '..' of the moved directory leads elsewhere now; the ones above stand where they stood.
  tree.directory("elsewhere");
  tree.rename(chain(11), "elsewhere/d");
  Lines expected;
  for (size_t level = 0; level < kDepth; ++level) expected.insert(expected.end(), {"e=x", "-d"});
  EXPECT_EQ(lines_of(*entries), expected);
}

TEST(TreeRacesTest, NamesWhatItCannotComeBackToWhereADirectoryWasReplaced) {
  const SourceTree tree;
  tree.chain(kDepth);
  const auto entries = open_tree(tree.path("d"));
  go_down(*entries, kDepth);
  // Out of its parent, and the way to the fifth level is through a symlink to where it is now.
  tree.directory("elsewhere");
  tree.rename(chain(11), "elsewhere/d");
  tree.rename(chain(5), "moved");
  tree.symlink(chain(5), tree.path("moved"));
  const Lines lines = lines_of(*entries);
  ASSERT_EQ(lines.size(), 2 * kDepth);
  std::map<std::string, int> counts;
  for (const std::string& line : lines) ++counts[line];
  EXPECT_EQ(counts["-d"], static_cast<int>(kDepth));
  // The fifth to the tenth cannot be found; the fourth up to the second are found by name.
  EXPECT_EQ(counts["e!its directory was moved or replaced while it was read"], 6);
  EXPECT_EQ(counts["e=x"], static_cast<int>(kDepth) - 6);
}

// Puts one thing after another under one name, atomically, until it is told to stop.
class Replacer {
 public:
  Replacer(const SourceTree& tree, std::string name)
      : tree_(tree), name_(std::move(name)), thread_([this] { replace(); }) {}
  ~Replacer() {
    stop_ = true;
    thread_.join();
  }

 private:
  void replace() {
    while (!stop_) {
      tree_.file("next", "content");
      tree_.rename("next", name_);
      tree_.symlink("next", "secret");
      tree_.rename("next", name_);
      tree_.fifo("next");
      tree_.rename("next", name_);
    }
  }

  const SourceTree& tree_;
  const std::string name_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

TEST(TreeRacesTest, GivesWhatItFindsOrNamesItWhateverTakesItsPlaceMeanwhile) {
  const SourceTree tree;
  tree.directory("t");
  tree.file("t/f", "content");
  tree.file("t/secret", "secret");
  const Replacer replacer(tree, "t/f");
  const std::vector<std::string> allowed = {"f=content",
                                            "f>secret",
                                            "f!is a FIFO: not stored",
                                            "f!is not a regular file",
                                            "f!vanished before it could be read",
                                            "f!was replaced by something else before it could be read"};
  std::set<std::string> seen;
  for (int round = 0; round < 5000 || seen.size() < 3; ++round) {
    const std::string line = test::walk({tree.path("t")})[1];
    ASSERT_NE(std::find(allowed.begin(), allowed.end(), line), allowed.end()) << line;
    seen.insert(line);
  }
}

}  // namespace
}  // namespace penstock
