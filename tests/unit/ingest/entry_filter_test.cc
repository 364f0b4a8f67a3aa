// SPDX-License-Identifier: Apache-2.0
#include "ingest/entry_filter.h"

#include <gtest/gtest.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "ingest/entry_stream.h"
#include "unit/ingest/source_tree.h"

namespace penstock {
namespace {

using test::SourceTree;
using Lines = std::vector<std::string>;

const std::string kTag = "Signature: 8a477f597d28d172789f06886806bc55";

// Walks paths of a tree by rules, and keeps what was taken and what was left out.
class EntryFilterTest : public testing::Test {
 protected:
  void exclude(std::string_view pattern, bool ignore_case = false) {
    auto parsed = PathPattern::parse(pattern, ignore_case);
    ASSERT_TRUE(parsed.has_value()) << pattern;
    (ignore_case ? rules_.patterns_any_case : rules_.patterns).add(std::move(*parsed));
  }

  // The entries' paths below the tree's root, directories where they begin.
  Lines taken(const std::vector<std::string>& names, const PathSelection* only = nullptr) {
    left_out_.clear();
    EntryFilter filter(rules_, [this](const std::string& path, FilterRule rule) {
      left_out_.push_back(below_root(path) + " " + std::string(filter_rule_name(rule)));
    });
    std::vector<std::string> paths;
    for (const std::string& name : names) paths.push_back(name == "/" ? name : tree_.path(name));
    const auto entries = open_paths(paths, {.metadata = true, .filter = &filter, .only = only});
    EXPECT_TRUE(entries.has_value());
    Lines lines;
    while (entries) {
      const auto entry = (*entries)->next();
      EXPECT_TRUE(entry.has_value());
      if (!entry || !*entry) break;
      if ((*entry)->kind == Entry::Kind::directory_end) continue;
      const std::string bad = (*entry)->kind == Entry::Kind::unreadable ? "!" + (*entry)->error.why : "";
      lines.push_back(below_root((*entry)->path) + bad);
    }
    for (size_t i = 0; i < kFilterRuleCount; ++i) counted_ += filter.count(static_cast<FilterRule>(i));
    EXPECT_EQ(counted_, left_out_.size());
    counted_ = 0;
    return lines;
  }
  std::string below_root(const std::string& path) const {
    return path.starts_with(tree_.root() + "/") ? path.substr(tree_.root().size() + 1) : path;
  }

  SourceTree tree_;
  FilterRules rules_;
  Lines left_out_;
  uint64_t counted_ = 0;
};

TEST_F(EntryFilterTest, LeavesOutWhatPatternsMatchAndEntersNoSuchDirectory) {
  tree_.directory("t");
  tree_.directory("t/cache");
  tree_.file("t/cache/keep", "x");
  tree_.file("t/a.o", "x");
  tree_.file("t/a.c", "x");
  tree_.file("t/B.O", "x");
  exclude("cache");
  exclude("!keep");
  exclude("*.o");
  EXPECT_EQ(taken({"t"}), (Lines{"t", "t/B.O", "t/a.c"}));
  EXPECT_EQ(left_out_, (Lines{"t/a.o patterns", "t/cache patterns"}));
  exclude("*.o", true);
  EXPECT_EQ(taken({"t"}), (Lines{"t", "t/a.c"}));
}

TEST_F(EntryFilterTest, MatchesWhereAnEntryReallyIs) {
  tree_.directory("real");
  tree_.directory("real/in");
  tree_.file("real/in/a", "x");
  tree_.file("real/in/b", "x");
  tree_.symlink("link", "real");
  exclude(tree_.path("real/in/a"));
  EXPECT_EQ(taken({"link/in"}), (Lines{"link/in", "link/in/b"}));
  EXPECT_EQ(taken({"real/in/."}), (Lines{"real/in/.", "real/in/./b"}));
  EXPECT_EQ(taken({"link/in/a"}), Lines{});
  EXPECT_EQ(taken({"link/"}), (Lines{"link", "link/in", "link/in/b"}));
  EXPECT_EQ(taken({"link"}), Lines{"link"});
}

TEST_F(EntryFilterTest, TakesFilesOfTheLargestSizeAndNoLarger) {
  tree_.directory("t");
  tree_.file("t/10", std::string(10, 'x'));
  tree_.file("t/11", std::string(11, 'x'));
  tree_.symlink("t/link", std::string(40, 'x'));
  rules_.bytes_max = 10;
  EXPECT_EQ(taken({"t"}), (Lines{"t", "t/10", "t/link"}));
  EXPECT_EQ(left_out_, Lines{"t/11 larger_than"});
}

TEST_F(EntryFilterTest, TakesOfACacheItsTagAlone) {
  for (const char* name : {"t", "t/cache", "t/cache/deep", "t/wrong", "t/link", "t/short"})
    tree_.directory(name);
  tree_.file("t/cache/CACHEDIR.TAG", kTag + "\nby a test\n");
  tree_.file("t/cache/deep/x", "x");
  tree_.file("t/wrong/CACHEDIR.TAG", "Signature: none");
  tree_.symlink("t/link/CACHEDIR.TAG", "../cache/CACHEDIR.TAG");
  tree_.file("t/short/CACHEDIR.TAG", kTag.substr(1));
  EXPECT_EQ(taken({"t/cache"}).size(), 4u);
  rules_.marks.push_back(DirectoryMark::cache_tag());
  EXPECT_EQ(taken({"t"}), (Lines{"t", "t/cache", "t/cache/CACHEDIR.TAG", "t/link", "t/link/CACHEDIR.TAG",
                                 "t/short", "t/short/CACHEDIR.TAG", "t/wrong", "t/wrong/CACHEDIR.TAG"}));
  EXPECT_EQ(left_out_, Lines{"t/cache caches"});
  EXPECT_EQ(taken({"t/cache"}), (Lines{"t/cache", "t/cache/CACHEDIR.TAG"}));
  EXPECT_EQ(taken({"t/cache/deep"}), (Lines{"t/cache/deep", "t/cache/deep/x"}));
}

TEST_F(EntryFilterTest, NeverWaitsForAMarkThatIsAFifo) {
  tree_.directory("t");
  tree_.fifo("t/CACHEDIR.TAG");
  rules_.marks.push_back(DirectoryMark::cache_tag());
  EXPECT_EQ(taken({"t"}), (Lines{"t", "t/CACHEDIR.TAG"}));
  EXPECT_EQ(left_out_, Lines{});
}

TEST_F(EntryFilterTest, TakesOfAMarkedDirectoryItsMarksAlone) {
  for (const char* name : {"t", "t/a", "t/b", "t/b/.skip", "t/b/.skip/in", "t/c"}) tree_.directory(name);
  tree_.file("t/a/.skip", "");
  tree_.file("t/a/x", "x");
  tree_.file("t/b/x", "x");
  tree_.file("t/c/only", "yes, skip");
  tree_.file("t/c/x", "x");
  rules_.marks.push_back(*DirectoryMark::parse(".skip"));
  rules_.marks.push_back(*DirectoryMark::parse("only:no"));
  EXPECT_EQ(taken({"t"}),
            (Lines{"t", "t/a", "t/a/.skip", "t/b", "t/b/.skip", "t/b/.skip/in", "t/c", "t/c/only", "t/c/x"}));
  rules_.marks.back() = *DirectoryMark::parse("only:yes, ");
  EXPECT_EQ(taken({"t/c"}), (Lines{"t/c", "t/c/only"}));
  EXPECT_EQ(left_out_, Lines{"t/c if_present"});
}

TEST_F(EntryFilterTest, RefusesMarksThatNoFileCanBe) {
  for (const char* text : {"", ":", ":header", "a/b", ".", "..:x"}) {
    const auto mark = DirectoryMark::parse(text);
    ASSERT_FALSE(mark.has_value()) << text;
    EXPECT_EQ(mark.error().code, Errc::usage);
  }
  EXPECT_EQ(DirectoryMark::parse("a:b:c")->header, "b:c");
}

TEST_F(EntryFilterTest, LeavesTheStoreOutByWhateverPathItIsMet) {
  for (const char* name : {"t", "t/store", "t/store/segments"}) tree_.directory(name);
  tree_.symlink("t/link", "store");
  struct stat status {};
  ASSERT_EQ(stat(tree_.path("t/store").c_str(), &status), 0);
  rules_.store = {status.st_dev, status.st_ino};
  EXPECT_EQ(taken({"t"}), (Lines{"t", "t/link"}));
  EXPECT_EQ(left_out_, Lines{"t/store store"});
  EXPECT_EQ(taken({"t/link/"}), Lines{});
}

TEST_F(EntryFilterTest, WalksOneFileSystemAndLeavesMountPointsEmpty) {
  struct stat outer {};
  struct stat inner {};
  if (stat("/", &outer) != 0 || stat("/proc", &inner) != 0 || outer.st_dev == inner.st_dev)
    GTEST_SKIP() << "no /proc is mounted here";
  rules_.one_file_system = true;
  exclude("/*/*");
  exclude("!/proc");
  Lines lines = taken({"/"});
  EXPECT_EQ(std::ranges::count(lines, "/proc"), 1);
  EXPECT_EQ(std::ranges::count(left_out_, "/proc file_systems"), 1);
  EXPECT_EQ(std::ranges::count_if(lines, [](const auto& line) { return line.starts_with("/proc/"); }), 0);
  // Below a mount point what was named is taken all the same.
  const std::string limits = "/proc/" + std::to_string(getpid()) + "/limits";
  const PathSelection chosen({"/", limits});
  lines = taken({"/"}, &chosen);
  EXPECT_EQ(std::ranges::count(lines, limits), 1);
  EXPECT_EQ(std::ranges::count_if(lines, [](const auto& line) { return line.starts_with("/proc/"); }), 2);
  const PathSelection proc_too({"/", "/proc"});
  lines = taken({"/"}, &proc_too);
  EXPECT_GT(std::ranges::count_if(lines, [](const auto& line) { return line.starts_with("/proc/"); }), 10);
}

TEST_F(EntryFilterTest, LeavesAMarkEmptyThatIsAnotherFileSystem) {
  struct stat outer {};
  struct stat inner {};
  if (stat("/", &outer) != 0 || stat("/proc/sys", &inner) != 0 || outer.st_dev == inner.st_dev)
    GTEST_SKIP() << "no /proc is mounted here";
  rules_.one_file_system = true;
  rules_.marks.push_back(*DirectoryMark::parse("proc"));
  exclude("/proc/*");
  exclude("!/proc/sys");
  exclude("/proc/sys/*");
  EXPECT_EQ(taken({"/"}), (Lines{"/", "/proc"}));
  EXPECT_EQ(left_out_, (Lines{"/ if_present", "/proc file_systems"}));
}

TEST_F(EntryFilterTest, WalksFromTheRootToWhatWasChosenAlone) {
  for (const char* name : {"a", "a/b", "a/b/c", "a/other", "gone"}) tree_.directory(name);
  tree_.file("a/b/c/x", "x");
  tree_.file("a/b/c/y", "x");
  tree_.file("a/b/file", "x");
  tree_.file("a/b.txt", "x");
  tree_.file("a/other/x", "x");
  const std::string root = tree_.root();
  const PathSelection only({root + "/a/b/c", root + "/a/b/c/x", root + "/a/b.txt", root + "/a/none"});
  Lines lines = taken({"/"}, &only);
  std::erase_if(lines, [&](const std::string& line) { return root.starts_with(line); });
  EXPECT_EQ(lines, (Lines{"a", "a/b", "a/b/c", "a/b/c/x", "a/b/c/y", "a/b.txt",
                          "a/none!vanished before it could be read"}));
  const PathSelection below_a_file({root + "/a/b.txt/x"});
  lines = taken({"/"}, &below_a_file);
  ASSERT_FALSE(lines.empty());
  EXPECT_TRUE(lines.back().starts_with("a/b.txt!is no directory any more")) << lines.back();
}

// A walk as somebody who may do nothing with the test's files but what their modes give everybody; root has
// that of its own thread alone (setfsuid(2)), and others are their owners.
class AsStranger {
 public:
  AsStranger() { setfsuid(geteuid() == 0 ? 65534 : geteuid()); }
  ~AsStranger() { setfsuid(geteuid()); }
  AsStranger(const AsStranger&) = delete;
  AsStranger& operator=(const AsStranger&) = delete;
};

TEST_F(EntryFilterTest, NeedsNoLeaveToReadTheDirectoriesAboveWhatWasChosen) {
  for (const char* name : {"home", "home/me", "shut", "shut/in", "shut/in/x"}) tree_.directory(name);
  for (const char* name : {"home/me/f", "home/me/g", "shut/in/1", "shut/in/x/1", "shut/in/x/2", "shut/2"})
    tree_.file(name, "x");
  std::string deep = "home/deep";  // more levels than are held open
  for (size_t i = 0; i < 100; ++i, deep += "/d") tree_.directory(deep);
  tree_.file("home/deep/last", "x");
  tree_.file(deep.substr(0, deep.size() - 1) + "e", "x");
  const std::string root = tree_.root();
  const PathSelection only({root + "/home/me/f", root + "/home/deep/last",
                            root + "/" + deep.substr(0, deep.size() - 1) + "e", root + "/shut/in/1",
                            root + "/shut/in/x/1", root + "/shut/in/x/2", root + "/shut/2"});
  ASSERT_EQ(chmod(root.c_str(), 0111), 0);
  ASSERT_EQ(chmod(tree_.path("home").c_str(), 0111), 0);
  ASSERT_EQ(chmod(tree_.path("home/deep").c_str(), 0111), 0);
  ASSERT_EQ(chmod(tree_.path("shut/in").c_str(), 0), 0);
  Lines lines;
  {
    const AsStranger stranger;
    lines = taken({"/"}, &only);
  }
  for (const char* name : {"", "home", "home/deep", "shut/in"}) chmod(tree_.path(name).c_str(), 0755);
  std::erase_if(lines, [&](const std::string& line) { return line.empty() || root.starts_with(line); });
  Lines bad;
  std::ranges::copy_if(lines, std::back_inserter(bad),
                       [](const auto& line) { return line.find('!') != std::string::npos; });
  EXPECT_EQ(bad, (Lines{"shut/in/1!" + std::string("Permission denied"),
                        "shut/in/x!" + std::string("Permission denied") +
                            ": nor is what was chosen below it stored, 2 paths"}));
  for (const char* name : {"home/me/f", "home/deep/last", "shut/2"})
    EXPECT_EQ(std::ranges::count(lines, name), 1) << name;
  EXPECT_EQ(std::ranges::count(lines, "home/me/g"), 0);
}

}  // namespace
}  // namespace penstock
