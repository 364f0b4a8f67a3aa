// SPDX-License-Identifier: Apache-2.0
#include "ingest/path_pattern.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <vector>

#include "fault/seeded_random.h"
#include "ingest/pattern_trail.h"
#include "unit/base/random_seed.h"

namespace penstock {
namespace {

bool matches(std::string_view pattern, std::string_view path, bool ignore_case = false) {
  const auto parsed = PathPattern::parse(pattern, ignore_case);
  EXPECT_TRUE(parsed) << pattern;
  return parsed && parsed->matches(path);
}

struct Case {
  std::string_view pattern;
  std::string_view path;
  bool matched;
};

// The first ones are the examples of restic's manual ("Excluding Files"), and of its forum's answers.
TEST(PathPatternTest, MatchesWhatResticsUsersExpect) {
  static constexpr Case kCases[] = {
      {"foo", "/dir1/foo/dir2/file", true},
      {"foo", "/dir/foo", true},
      {"foo", "/dir/foobar", false},
      {"foo", "/barfoo", false},
      {"/bin", "/bin/bash", true},
      {"/bin", "/usr/bin/restic", false},
      {"b*ash", "/bin/bash", true},
      {"b*ash", "/bin/ash", false},
      {"foo/**/bar", "/dir1/foo/dir2/bar/file", true},
      {"foo/**/bar", "/foo/bar/file", true},
      {"foo/**/bar", "/tmp/foo/bar", true},
      {"foo/**/bar", "/tmp/foo/x/y/z/bar", true},
      {"foo/**/bar", "/tmp/foo/barn", false},
      {"*.go", "/home/a/main.go", true},
      {"*.go", "/home/a/main.go/below", true},
      {"*.go", "/home/a/main.gone", false},
      {"foo/", "/a/foo", true},
      {"/home/*", "/home/a/b", true},
      {"/home/*", "/home", false},
      {"/home/*/x", "/home/a/b/x", false},
      {"a/b", "/x/a/b/c", true},
      {"a/b", "/a/x/b", false},
      {"a/b", "/a/a/b", true},
      {"a/a/b", "/a/a/a/b", true},
      {"**", "/a", true},
      {"/**/c", "/a/b/c", true},
      {"/**/c", "/c", true},
      {"/a/**", "/a", true},
      {"/a/**", "/a/b", true},
      {"/a/**", "/b", false},
      {"/a/**/**/b", "/a/b", true},
      {"a**b", "/axxb", true},
      {"a**b", "/a/b", false},
      {"./a//b/.", "/x/a/b", true},
      {"[a-c]x", "/bx", true},
      {"[a-c]x", "/dx", false},
      {"[^a-c]x", "/dx", true},
      {"[^a-c]x", "/ax", false},
      {"[!a]x", "/!x", true},
      {"[!a]x", "/bx", false},
      {"\\*", "/*", true},
      {"\\*", "/a", false},
      {"[\\]]", "/]", true},
      {"[\\--0]", "/.", true},
      {"\\!a", "/!a", true},
      {"?", "/\xC3\xA9", true},
      {"[\xC3\xA0-\xC3\xBF]", "/\xC3\xA9", true},
      {"?", "/\xC3\xA9x", false},
      {"?", "/\xFF", true},
      {"\xFF?", "/\xFF\xFE", true},
      {"*", "/\n", true},
      {"*", "/.hidden", true},
      {"A", "/a", false},
  };
  for (const Case& one : kCases)
    EXPECT_EQ(matches(one.pattern, one.path), one.matched) << one.pattern << " and " << one.path;
}

TEST(PathPatternTest, TellsAPathFromWhatIsBelowIt) {
  const auto itself = [](std::string_view pattern, std::string_view path) {
    return PathPattern::parse(pattern, false).value().matches_itself(path);
  };
  EXPECT_TRUE(itself("a", "/x/a"));
  EXPECT_FALSE(itself("a", "/x/a/b"));
  EXPECT_TRUE(itself("a", "/x/a/b/a"));
  EXPECT_TRUE(itself("/x/*", "/x/a"));
  EXPECT_FALSE(itself("/x/*", "/x/a/b"));
  EXPECT_TRUE(itself("/x/**", "/x/a/b"));
  EXPECT_TRUE(itself("**/b", "/x/a/b"));
  EXPECT_FALSE(itself("*", "/"));
}

TEST(PathPatternTest, MatchesNoDirectoryAboveAll) {
  for (const char* pattern : {"a", "/a", "*", "/*/b"}) EXPECT_FALSE(matches(pattern, "/")) << pattern;
}

TEST(PathPatternTest, IgnoresTheCaseOfAscii) {
  EXPECT_TRUE(matches("*.JPG", "/a/b.jpg", true));
  EXPECT_TRUE(matches("*.jpg", "/a/b.JPG", true));
  EXPECT_TRUE(matches("[A-C]", "/b", true));
  EXPECT_TRUE(matches("[a-c]", "/B", true));
  EXPECT_FALSE(matches("[^a-c]", "/B", true));
  EXPECT_FALSE(matches("\xC3\xA9", "/\xC3\x89", true));
}

TEST(PathPatternTest, RefusesWhatIsMalformed) {
  for (const char* pattern : {"", "/", "!", "//.", "a/../b", "[", "[a", "[]", "[]a]", "[b-a]", "[a-]", "a\\",
                              "[\\", "[a-", "[-a]", "[^]", "[a/b]"}) {
    const auto parsed = PathPattern::parse(pattern, false);
    ASSERT_FALSE(parsed) << pattern;
    EXPECT_EQ(parsed.error().code, Errc::usage);
    EXPECT_NE(parsed.error().what.find(pattern), std::string::npos);
    EXPECT_FALSE(parsed.error().remedy.empty());
  }
}

TEST(PathPatternTest, TellsWhereItCouldMatchFurtherDown) {
  const auto below = [](std::string_view pattern, std::string_view path) {
    return PathPattern::parse(pattern, false).value().may_match_below(path);
  };
  EXPECT_TRUE(below("a", "/x/y"));
  EXPECT_TRUE(below("/a/*/c", "/"));
  EXPECT_TRUE(below("/a/*/c", "/a"));
  EXPECT_TRUE(below("/a/*/c", "/a/b"));
  EXPECT_TRUE(below("/a/*/c", "/a/b/c/d"));
  EXPECT_FALSE(below("/a/*/c", "/b"));
  EXPECT_FALSE(below("/a/*/c", "/a/b/d"));
  EXPECT_TRUE(below("/a/**/c", "/a/b/d/e"));
  EXPECT_FALSE(below("/a/**/c", "/b/d/e"));
}

TEST(PathPatternsTest, TheLastThatMatchesDecides) {
  PathPatterns patterns;
  EXPECT_FALSE(patterns.match("/home/a"));
  EXPECT_FALSE(patterns.may_match_below("/"));
  ASSERT_TRUE(add_patterns("/home/*\n!/home/Documents\nnode_modules\n", "list", false, patterns));
  EXPECT_TRUE(patterns.match("/home/other/x"));
  EXPECT_FALSE(patterns.match("/home/Documents/x"));
  EXPECT_TRUE(patterns.match("/home/Documents/node_modules/x"));
  EXPECT_FALSE(patterns.match("/etc"));
  PathPatterns taken_back;
  ASSERT_TRUE(add_patterns("!a", "list", false, taken_back));
  EXPECT_FALSE(taken_back.match("/a"));
  EXPECT_FALSE(taken_back.may_match_below("/"));
}

TEST(PathPatternsTest, ReadsALineAPattern) {
  PathPatterns patterns;
  ASSERT_TRUE(
      add_patterns("\xEF\xBB\xBF# a note\r\n\n  two words \t\r\n\\#x\n/$HOME", "list", false, patterns));
  EXPECT_TRUE(patterns.match("/two words"));
  EXPECT_TRUE(patterns.match("/#x"));
  EXPECT_TRUE(patterns.match("/$HOME/a"));
  EXPECT_FALSE(patterns.match("/# a note"));
  const Status bad = add_patterns("a\n\n[b\n", "list", false, patterns);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().what, "list:3: pattern [b");
}

TEST(PathPatternsTest, NamesAFileThatCannotBeRead) {
  PathPatterns patterns;
  const Status absent = read_patterns("/no/such/list", false, patterns);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Errc::failed);
  EXPECT_EQ(absent.error().what, "/no/such/list");
  EXPECT_FALSE(read_patterns("/", false, patterns));

  std::string file = std::filesystem::temp_directory_path() / "penstock-patterns-XXXXXX";
  const int fd = mkstemp(file.data());
  ASSERT_GE(fd, 0);
  close(fd);
  std::ofstream(file) << std::string(5000, '#') << "\nlast";
  EXPECT_TRUE(read_patterns(file, false, patterns));
  EXPECT_TRUE(patterns.match("/a/last"));
  std::filesystem::remove(file);
}

// By definition: each * and each ** tries all that it could take.
bool slow_name(std::string_view glob, std::string_view name) {
  if (glob.empty()) return name.empty();
  if (glob[0] == '*') {
    for (size_t taken = 0; taken <= name.size(); ++taken)
      if (slow_name(glob.substr(1), name.substr(taken))) return true;
    return false;
  }
  if (name.empty()) return false;
  if (glob[0] == '[') {  // [ab] or [^ab], as the test makes them
    const bool inverted = glob[1] == '^';
    const size_t end = glob.find(']');
    const bool among = glob.substr(inverted ? 2 : 1, end - (inverted ? 2 : 1)).find(name[0]) != glob.npos;
    return among != inverted && slow_name(glob.substr(end + 1), name.substr(1));
  }
  return (glob[0] == '?' || glob[0] == name[0]) && slow_name(glob.substr(1), name.substr(1));
}

using Names = std::span<const std::string>;

bool slow_here(Names pattern, Names path) {
  if (pattern.empty()) return true;
  if (pattern[0] == "**") {
    for (size_t taken = 0; taken <= path.size(); ++taken)
      if (slow_here(pattern.subspan(1), path.subspan(taken))) return true;
    return false;
  }
  return !path.empty() && slow_name(pattern[0], path[0]) && slow_here(pattern.subspan(1), path.subspan(1));
}

bool slow_match(bool from_root, Names pattern, Names path) {
  for (size_t begin = 0; begin <= (from_root ? 0 : path.size()); ++begin)
    if (slow_here(pattern, path.subspan(begin))) return true;
  return false;
}

std::string joined(Names names, bool from_root) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() && !from_root ? "" : "/") + name;
  return text;
}

TEST(PathPatternTest, MatchesAsByDefinition) {
  const uint64_t seed = process_seed();
  SCOPED_TRACE(testing::Message() << "PENSTOCK_SEED=" << seed);
  SeededRandom random(seed);
  const char* const kParts[] = {"a", "b", "*", "?", "[ab]", "[^a]"};
  int matched = 0;
  for (int i = 0; i < 40'000; ++i) {
    const bool from_root = random.chance(0.5);
    std::vector<std::string> pattern(random.between(1, 4));
    for (std::string& glob : pattern) {
      if (random.chance(0.25)) {
        glob = "**";
        continue;
      }
      for (uint64_t parts = random.between(1, 4); parts > 0; --parts) glob += kParts[random.below(6)];
    }
    std::vector<std::string> path(random.between(1, 5));
    for (std::string& name : path)
      for (uint64_t bytes = random.between(1, 4); bytes > 0; --bytes) name += "abc"[random.below(3)];
    const bool expected = slow_match(from_root, pattern, path);
    ASSERT_EQ(matches(joined(pattern, from_root), joined(path, true)), expected)
        << joined(pattern, from_root) << " and " << joined(path, true);
    matched += expected ? 1 : 0;
    PathPatterns alone;
    alone.add(*PathPattern::parse(joined(pattern, from_root), false));
    ASSERT_EQ(PatternTrail(alone).match(joined(path, true)), expected)
        << joined(pattern, from_root) << " and " << joined(path, true);
  }
  EXPECT_GT(matched, 4'000);
  EXPECT_LT(matched, 36'000);
}

TEST(PathPatternTest, ATrailMatchesOnePathBehindTheOtherAsThePatternsDo) {
  const uint64_t seed = process_seed();
  SCOPED_TRACE(testing::Message() << "PENSTOCK_SEED=" << seed);
  SeededRandom random(seed);
  std::string deep;
  for (int i = 0; i < 70; ++i) deep += "**/a/";
  for (int round = 0; round < 200; ++round) {
    PathPatterns patterns;
    for (const char* text : {"a", "/b/*", "!b/a", "c/**/a", "!/c/b/a", "?c"})
      if (random.chance(0.5)) patterns.add(*PathPattern::parse(text, false));
    if (random.chance(0.2)) patterns.add(*PathPattern::parse(deep, false));
    PatternTrail trail(patterns);
    for (int i = 0; i < 100; ++i) {
      std::string path;
      for (uint64_t names = random.between(1, 5); names > 0; --names)
        for (path += '/'; path.ends_with('/') || random.chance(0.3);) path += "abc"[random.below(3)];
      ASSERT_EQ(trail.match(path), patterns.match(path)) << path;
    }
    ASSERT_EQ(trail.match("/"), patterns.match("/"));
  }
}

// Whoever tries all ways, one by one, does not come to an end of these.
TEST(PathPatternTest, HostilePatternsEnd) {
  std::string rows;
  std::string depths;
  for (int i = 0; i < 60; ++i) {
    rows += "*a";
    depths += "**/a/";
  }
  std::string path;
  for (int i = 0; i < 100; ++i) path += "/a";
  EXPECT_FALSE(matches(rows + "b", "/" + std::string(250, 'a')));
  EXPECT_FALSE(matches("/" + depths + "b", path));
  EXPECT_TRUE(matches("/" + depths, path));
}

TEST(PathPatternsTest, RefusesAFileInUtf16) {
  using namespace std::string_view_literals;
  for (const auto text : {"\xFF\xFEs\0e\0\n\0"sv, "\xFE\xFF\0s\0e\0\n"sv, "s\0e\0"sv}) {
    PathPatterns patterns;
    const Status added = add_patterns(text, "list", false, patterns);
    ASSERT_FALSE(added.has_value());
    EXPECT_EQ(added.error().code, Errc::usage);
    EXPECT_TRUE(patterns.empty());
  }
  PathPatterns patterns;
  EXPECT_TRUE(add_patterns("\\\xFF\xFEname\n", "list", false, patterns).has_value());
  EXPECT_TRUE(patterns.match("/\xFF\xFEname"));
}

}  // namespace
}  // namespace penstock
