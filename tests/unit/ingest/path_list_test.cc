// SPDX-License-Identifier: Apache-2.0
#include "ingest/path_list.h"

#include <gtest/gtest.h>

#include "unit/ingest/source_tree.h"

namespace penstock {
namespace {

using test::SourceTree;
using Paths = std::vector<std::string>;

// The paths with their places, or the error.
std::string parsed(std::string_view text, ListForm form) {
  const auto paths = parse_path_list(text, "list", form);
  if (!paths) return "error: " + paths.error().what + ": " + paths.error().why;
  std::string joined;
  for (const ListedPath& one : *paths) joined += std::to_string(one.place) + "<" + one.path + ">";
  return joined;
}

TEST(PathListTest, TakesLinesAsTheyStand) {
  EXPECT_EQ(parsed("", ListForm::lines), "");
  EXPECT_EQ(parsed("a\n\n # b\r\n/c", ListForm::lines), "1<a>3< # b\r>4</c>");
  EXPECT_EQ(parsed(std::string_view("a\nb\0c", 5), ListForm::lines),
            "error: list:2: has a NUL, which no path has");
}

TEST(PathListTest, TakesWhatStandsBetweenNuls) {
  EXPECT_EQ(parsed("", ListForm::nul), "");
  EXPECT_EQ(parsed(std::string_view("a\nb\0c\0", 6), ListForm::nul), "1<a\nb>2<c>");
  EXPECT_EQ(parsed(std::string_view("a\0c", 3), ListForm::nul), "1<a>2<c>");
  EXPECT_EQ(parsed(std::string_view("a\0\0c", 4), ListForm::nul), "error: list:2: is an empty path");
}

TEST(PathListTest, SaysWherePathsReallyAre) {
  const SourceTree tree;
  tree.directory("d");
  tree.directory("d/e");
  tree.file("d/a", "x");
  tree.file("d/e/b", "x");
  tree.symlink("link", "d");
  tree.file("list", tree.path("link/a") + "\n" + tree.path("link/e/b") + "\n" + tree.path("link/e/../a") +
                        "\n" + tree.path("link") + "\n" + tree.path("link/") + "\n/\n");
  Paths paths;
  const Status read = read_path_list(tree.path("list"), ListForm::lines, paths);
  ASSERT_TRUE(read.has_value()) << read.error().message();
  EXPECT_EQ(paths, (Paths{tree.path("d/a"), tree.path("d/e/b"), tree.path("d/a"), tree.path("link"),
                          tree.path("d"), "/"}));
}

TEST(PathListTest, NamesTheLineOfAPathThatIsNotThere) {
  const SourceTree tree;
  tree.file("list", tree.path("list") + "\n\n" + tree.path("none") + "\n");
  Paths paths;
  const Status read = read_path_list(tree.path("list"), ListForm::lines, paths);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, Errc::failed);
  EXPECT_EQ(read.error().what, tree.path("list") + ":3: " + tree.path("none"));
  EXPECT_FALSE(read_path_list(tree.root(), ListForm::lines, paths).has_value());
}

}  // namespace
}  // namespace penstock
