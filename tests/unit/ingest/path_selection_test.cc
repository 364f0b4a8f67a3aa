// SPDX-License-Identifier: Apache-2.0
#include "ingest/path_selection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fault/seeded_random.h"
#include "unit/base/random_seed.h"

namespace penstock {
namespace {

using Names = std::vector<std::string>;

TEST(PathSelectionTest, NamesWhatLeadsToIt) {
  const PathSelection chosen({"/a/b", "/a!", "/a", "/x/y/z", "/x/y/z", "/x/y-"});
  EXPECT_EQ(chosen.names_below("/"), (Names{"a", "a!", "x"}));
  EXPECT_EQ(chosen.names_below("/a"), (Names{"b"}));
  EXPECT_EQ(chosen.names_below("/x"), (Names{"y", "y-"}));
  EXPECT_EQ(chosen.names_below("/x/y/z"), Names{});
  EXPECT_TRUE(chosen.contains("/a"));
  EXPECT_FALSE(chosen.contains("/x/y"));
  EXPECT_TRUE(chosen.leads_below("/x/y"));
  EXPECT_FALSE(chosen.leads_below("/a!"));
  EXPECT_FALSE(chosen.contains("/"));
}

TEST(PathSelectionTest, KnowsTheRootAndNothing) {
  const PathSelection root({"/"});
  EXPECT_TRUE(root.contains("/"));
  EXPECT_FALSE(root.leads_below("/"));
  EXPECT_EQ(root.common_path(), "/");
  const PathSelection nothing({});
  EXPECT_TRUE(nothing.empty());
  EXPECT_FALSE(nothing.contains("/"));
  EXPECT_EQ(nothing.names_below("/"), Names{});
}

TEST(PathSelectionTest, KnowsTheDirectoryThatHoldsAll) {
  EXPECT_EQ(PathSelection({"/a/b/c"}).common_path(), "/a/b/c");
  EXPECT_EQ(PathSelection({"/a/b/c", "/a/b/cd"}).common_path(), "/a/b");
  EXPECT_EQ(PathSelection({"/a/b", "/a/b/c"}).common_path(), "/a/b");
  EXPECT_EQ(PathSelection({"/a", "/b"}).common_path(), "/");
}

// Against a set of paths that is looked through each time.
TEST(PathSelectionTest, AgreesWithASlowModel) {
  SCOPED_TRACE(seed_text(process_seed()));
  SeededRandom random(process_seed());
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> paths;
    const auto path = [&] {
      std::string text;
      for (uint64_t depth = 1 + random.below(4); depth > 0; --depth) {
        text += '/';
        for (uint64_t length = 1 + random.below(2); length > 0; --length) text += "a!\xff"[random.below(3)];
      }
      return text;
    };
    for (uint64_t count = random.below(12); count > 0; --count) paths.push_back(path());
    const PathSelection chosen(paths);
    const std::string at = random.below(8) == 0 ? "/" : path();
    const std::string prefix = at == "/" ? "/" : at + "/";
    std::set<std::string> names;
    for (const std::string& one : paths)
      if (one.starts_with(prefix)) {
        const std::string rest = one.substr(prefix.size());
        names.insert(rest.substr(0, rest.find('/')));
      }
    EXPECT_EQ(chosen.contains(at), std::ranges::find(paths, at) != paths.end());
    EXPECT_EQ(chosen.leads_below(at), !names.empty()) << at;
    EXPECT_EQ(chosen.names_below(at), Names(names.begin(), names.end())) << at;
  }
}

}  // namespace
}  // namespace penstock
