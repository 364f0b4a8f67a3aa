// SPDX-License-Identifier: Apache-2.0
#include "ingest/top_level_path.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "unit/ingest/source_tree.h"

namespace penstock {
namespace {

using test::SourceTree;
using test::walk;
using Lines = std::vector<std::string>;

std::string base_name(const std::string& path) {
  const Result<TopLevelPath> top = TopLevelPath::resolve(path);
  return top ? top->name : "error: " + top.error().message();
}

TEST(TopLevelPathTest, NamesAPathByItsLastComponentAndDotsByWhatTheyLeadTo) {
  const SourceTree tree;
  tree.directory("d");
  tree.directory("d/e");
  tree.file("d/f", "");
  tree.symlink("link", "d/e");
  const std::string root_name = std::filesystem::path(tree.root()).filename();
  EXPECT_EQ(base_name(tree.path("d")), "d");
  EXPECT_EQ(base_name(tree.path("d/")), "d");
  EXPECT_EQ(base_name(tree.path("d///")), "d");
  EXPECT_EQ(base_name(tree.path("d/f")), "f");
  EXPECT_EQ(base_name(tree.path("d/.")), "d");
  EXPECT_EQ(base_name(tree.path("d/e/..")), "d");
  EXPECT_EQ(base_name(tree.path("d/../")), root_name);
  EXPECT_EQ(base_name(tree.path("link")), "link");
  EXPECT_EQ(base_name(tree.path("link/")), "link");
  EXPECT_EQ(base_name(tree.path("link/.")), "e");
  EXPECT_EQ(base_name("/"), "root");
  EXPECT_EQ(base_name("//"), "root");
  EXPECT_EQ(base_name("/."), "root");
  EXPECT_EQ(base_name("/.."), "root");
}

TEST(TopLevelPathTest, DotIsNamedAfterTheWorkingDirectory) {
  const SourceTree tree;
  tree.directory("here");
  tree.file("here/f", "x");
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(tree.path("here"));
  EXPECT_EQ(base_name("."), "here");
  EXPECT_EQ(base_name("./"), "here");
  EXPECT_EQ(walk({"."}), (Lines{"+here", "f=x", "-here"}));
  EXPECT_EQ(walk({"f"}), (Lines{"f=x"}));
  std::filesystem::current_path(before);
}

TEST(TopLevelPathTest, SaysThatNothingIsThere) {
  const SourceTree tree;
  tree.file("f", "x");
  const std::string missing = tree.path("missing");
  EXPECT_EQ(walk({tree.path("f"), missing}), (Lines{"error: " + missing + ": No such file or directory"}));
  EXPECT_EQ(walk({""}), (Lines{"error: '': No such file or directory"}));
  EXPECT_EQ(walk({tree.path("f/")}), (Lines{"error: " + tree.path("f/") + ": Not a directory"}));
  EXPECT_EQ(open_paths({missing}).error().code, Errc::failed);
}

TEST(TopLevelPathTest, RefusesTwoPathsOfOneNameAndNamesBoth) {
  const SourceTree tree;
  tree.directory("a");
  tree.directory("b");
  tree.file("a/same", "1");
  tree.file("b/same", "2");
  const auto entries = open_paths({tree.path("a/same"), tree.path("b/same")});
  ASSERT_FALSE(entries.has_value());
  EXPECT_EQ(entries.error().code, Errc::usage);
  EXPECT_NE(entries.error().message().find(tree.path("a/same")), std::string::npos);
  EXPECT_NE(entries.error().message().find(tree.path("b/same")), std::string::npos);
  EXPECT_FALSE(open_paths({tree.path("a"), tree.path("a/")}).has_value());
}

TEST(TopLevelPathTest, PutsASymlinkAsSuchAndFollowsItWithATrailingSlash) {
  const SourceTree tree;
  tree.directory("d");
  tree.file("d/f", "x");
  tree.symlink("link", "d");
  tree.symlink("dangling", "nowhere");
  EXPECT_EQ(walk({tree.path("link")}), (Lines{"link>d"}));
  EXPECT_EQ(walk({tree.path("link/")}), (Lines{"+link", "f=x", "-link"}));
  EXPECT_EQ(walk({tree.path("link/.")}), (Lines{"+d", "f=x", "-d"}));
  EXPECT_EQ(walk({tree.path("dangling")}), (Lines{"dangling>nowhere"}));
  EXPECT_FALSE(open_paths({tree.path("dangling/")}).has_value());
}

}  // namespace
}  // namespace penstock
