// SPDX-License-Identifier: Apache-2.0
#include "appliance/store_exclusion.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "unit/store/temporary_directory.h"

namespace penstock {
namespace {

namespace fs = std::filesystem;

class StoreExclusionTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"tree/a", "tree/store/segments", "tree/z"}) fs::create_directories(root_ / name);
    for (const char* name : {"tree/a/1", "tree/store/2", "tree/store/segments/3", "tree/z/4"}) {
      std::ofstream(root_ / name) << name;
    }
  }

  // The names of what comes through, directories in brackets.
  std::string names(const std::string& top, const std::string& excluded) {
    auto entries = open_paths({(root_ / top).string()});
    EXPECT_TRUE(entries.has_value());
    StoreExclusion input(std::move(*entries), excluded,
                         [&](const std::string& path) { met_.push_back(path); });
    std::string text;
    while (true) {
      auto entry = input.next();
      EXPECT_TRUE(entry.has_value());
      if (!entry || !*entry) return text;
      const auto kind = (*entry)->kind;
      text += kind == Entry::Kind::directory_begin ? (*entry)->name + "(" : "";
      text += kind == Entry::Kind::directory_end ? ")" : "";
      text += kind == Entry::Kind::file ? (*entry)->name : "";
    }
  }

  const TemporaryDirectory directory_;
  const fs::path root_ = directory_.path();
  std::vector<std::string> met_;
};

TEST_F(StoreExclusionTest, LeavesOutTheDirectoryAndAllBelowIt) {
  EXPECT_EQ(names("tree", root_ / "tree/store"), "tree(a(1)z(4))");
  EXPECT_EQ(met_, std::vector<std::string>{root_ / "tree/store"});
}

TEST_F(StoreExclusionTest, KnowsTheDirectoryByAnyPath) {
  fs::create_directory_symlink(root_ / "tree/store", root_ / "link");
  EXPECT_EQ(names("tree", root_ / "link/"), "tree(a(1)z(4))");
}

TEST_F(StoreExclusionTest, LeavesNothingOfTheDirectoryItself) {
  EXPECT_EQ(names("tree/store", root_ / "tree/store"), "");
}

TEST_F(StoreExclusionTest, PassesAllWhereTheDirectoryIsElsewhere) {
  EXPECT_EQ(names("tree", root_ / "none"), "tree(a(1)store(2segments(3))z(4))");
  EXPECT_TRUE(met_.empty());
}

}  // namespace
}  // namespace penstock
