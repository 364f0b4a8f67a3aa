// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "pipeline/tree_merge.h"
#include "unit/pipeline/restore_site.h"

namespace penstock {
namespace {

using Value = std::vector<uint8_t>;

// What stands in an entry's place.
enum class Stands { nothing, same_size_and_time, file, directory, symlink, fifo };
constexpr Stands kStands[] = {Stands::nothing, Stands::same_size_and_time,
                              Stands::file,    Stands::directory,
                              Stands::symlink, Stands::fifo};
constexpr uint32_t kRestored[] = {kModeFile, kModeDirectory, kModeSymlink, kModeFifo};

class OverwriteTest : public RestoreSite {
 protected:
  static std::string name_of(Stands stands, uint32_t type) {
    return std::to_string(static_cast<int>(stands)) + "-" + std::to_string(type);
  }

  static MadeEntry made(const std::string& name, uint32_t type) {
    switch (type) {
      case kModeFile:
        return made_file(name, {1, 2, 3}, 0640);
      case kModeDirectory:
        return made_directory(name, {made_file("in", {4}, 0600)}, 0750);
      case kModeSymlink:
        return made_symlink(name, "new");
      default:
        return MadeEntry{made_meta(name, kModeFifo | 0640)};
    }
  }

  void stand(Stands stands, const std::string& path) {
    switch (stands) {
      case Stands::nothing:
        return;
      case Stands::same_size_and_time:
      case Stands::file:
        std::ofstream(path) << (stands == Stands::file ? "longer" : "old");
        break;
      case Stands::directory:
        ASSERT_EQ(mkdir(path.c_str(), 0711), 0);
        std::ofstream(path + "/mine") << "mine";
        break;
      case Stands::symlink:
        ASSERT_EQ(symlink("old", path.c_str()), 0);
        break;
      case Stands::fifo:
        ASSERT_EQ(mkfifo(path.c_str(), 0611), 0);
        break;
    }
    const timespec times[2] = {{0, UTIME_OMIT}, {1'500'000'000, 5}};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
  }

  // What there is to see of an entry: which of the two it is.
  std::string picture(const std::string& path) {
    struct stat seen {};
    if (lstat(path.c_str(), &seen) != 0) return "nothing";
    const std::string mode = " " + std::to_string(seen.st_mode & 07777);
    if (S_ISLNK(seen.st_mode)) return "symlink " + std::filesystem::read_symlink(path).string();
    if (S_ISDIR(seen.st_mode))
      return "directory" + mode + (absent(path + "/in") ? "" : " in") +
             (absent(path + "/mine") ? "" : " mine");
    if (S_ISFIFO(seen.st_mode)) return "fifo" + mode;
    const Value bytes = content(path);
    return "file" + mode + " " + std::string(bytes.begin(), bytes.end());
  }
};

// The rules of docs/restore.md, written down a second time.
enum class Becomes { old, restored, merged, restored_metadata };
Becomes expected(Overwrite overwrite, Stands stands, uint32_t type) {
  const bool directory = type == kModeDirectory;
  if (stands == Stands::nothing) return Becomes::restored;
  if (directory && stands == Stands::directory) return Becomes::merged;
  if (overwrite == Overwrite::never) return Becomes::old;
  if (overwrite == Overwrite::always) return Becomes::restored;
  if (directory != (stands == Stands::directory)) return Becomes::old;
  return stands == Stands::same_size_and_time && type == kModeFile ? Becomes::restored_metadata
                                                                   : Becomes::restored;
}

TEST_F(OverwriteTest, EachRuleOnEachKind) {
  MadeEntry top = made_directory("top", {}, 0701);
  for (const Stands stands : kStands)
    for (const uint32_t type : kRestored) top.entries.push_back(made(name_of(stands, type), type));
  give_to(top, geteuid(), getegid());
  put(top);
  for (const Overwrite overwrite : {Overwrite::never, Overwrite::if_changed, Overwrite::always}) {
    SCOPED_TRACE(static_cast<int>(overwrite));
    back_ = directory_ / ("back" + std::to_string(static_cast<int>(overwrite)));
    ASSERT_EQ(mkdir(back_.c_str(), 0755), 0);
    std::ofstream(back_ / "unknown") << "stays";
    for (const Stands stands : kStands)
      for (const uint32_t type : kRestored) stand(stands, back_ / name_of(stands, type));
    options_.overwrite = overwrite;
    const TreeRestoreReport report = restore();
    uint64_t kept = 0;
    uint64_t in_the_way = 0;
    for (const Stands stands : kStands)
      for (const uint32_t type : kRestored) {
        const std::string name = name_of(stands, type);
        const std::string old = directory_ / "old";
        stand(stands, old);
        std::string wanted;
        switch (expected(overwrite, stands, type)) {
          case Becomes::old:
            wanted = picture(old);
            overwrite == Overwrite::never ? ++kept : ++in_the_way;
            break;
          case Becomes::restored_metadata:
            wanted = "file " + std::to_string(0640) + " old";
            ++kept;
            break;
          case Becomes::merged:
            wanted = "directory " + std::to_string(overwrite == Overwrite::never ? 0711 : 0750) + " in mine";
            break;
          case Becomes::restored:
            wanted = type == kModeFile        ? "file " + std::to_string(0640) + " \1\2\3"
                     : type == kModeDirectory ? "directory " + std::to_string(0750) + " in"
                     : type == kModeSymlink   ? "symlink new"
                                              : "fifo " + std::to_string(0640);
            break;
        }
        EXPECT_EQ(picture(back_ / name), wanted) << name;
        std::filesystem::remove_all(old);
      }
    EXPECT_EQ(report.kept, kept);
    EXPECT_EQ(report.in_the_way, in_the_way);
    EXPECT_EQ(reported_.size(), in_the_way);
    reported_.clear();
    EXPECT_EQ(content(back_ / "unknown").size(), 5u);
    EXPECT_EQ(status(back_).st_mode, kModeDirectory | (overwrite == Overwrite::never ? 0755 : 0701));
    size_t stages = 0;
    for (const auto& entry : std::filesystem::directory_iterator(back_))
      stages += entry.path().filename().string().starts_with(".penstock") ? 1 : 0;
    EXPECT_EQ(stages, 0u);
  }
}

TEST_F(OverwriteTest, LinksFilesThatStandThere) {
  const MadeEntry file = made_file("first", {1, 2, 3});
  MadeEntry top =
      made_directory("top", {file, made_directory("sub", {made_link("second", file, "top/first")}),
                             made_link("third", file, "top/first")});
  give_to(top, geteuid(), getegid());
  put(top);
  ASSERT_EQ(mkdir(back_.c_str(), 0755), 0);
  stand(Stands::same_size_and_time, back_ / "first");
  stand(Stands::file, back_ / "third");
  ASSERT_EQ(link((back_ / "third").c_str(), (directory_ / "elsewhere").c_str()), 0);
  options_.overwrite = Overwrite::if_changed;
  EXPECT_EQ(restore().hard_links, 2u);
  EXPECT_EQ(picture(back_ / "first"), "file " + std::to_string(0644) + " old");
  EXPECT_EQ(status(back_ / "sub/second").st_ino, status(back_ / "first").st_ino);
  EXPECT_EQ(status(back_ / "third").st_ino, status(back_ / "first").st_ino);
  EXPECT_EQ(content(directory_ / "elsewhere").size(), 6u);  // what was linked from outside is not written to
  EXPECT_EQ(restore().hard_links, 2u);                      // and once more, onto itself
  EXPECT_EQ(status(back_ / "first").st_nlink, 3u);
}

TEST_F(OverwriteTest, FurtherNamesKeepToTheRulesToo) {
  const auto further = [](const char* name) { return made_link(name, made_file("a", {1}), "top/a"); };
  put(made_directory("top",
                     {made_file("a", {1}), further("directory"), further("file"), further("missing")}));
  for (const Overwrite overwrite : {Overwrite::never, Overwrite::if_changed}) {
    ASSERT_EQ(mkdir(back_.c_str(), 0755), 0);
    stand(Stands::file, back_ / "file");
    stand(Stands::directory, back_ / "directory");
    options_.overwrite = overwrite;
    restore();
    EXPECT_EQ(picture(back_ / "directory"), "directory 457 mine");
    EXPECT_EQ(picture(back_ / "file").ends_with("longer"), overwrite == Overwrite::never);
    EXPECT_EQ(status(back_ / "missing").st_nlink, overwrite == Overwrite::never ? 2u : 3u);
    std::filesystem::remove_all(back_);
  }
}

TEST_F(OverwriteTest, RemovesWhatTheCommitHasNot) {
  MadeEntry top = made_directory("top", {made_file("a", {1}), made_directory("sub", {made_file("b", {2})})});
  give_to(top, geteuid(), getegid());
  put(top);
  const std::string outside = directory_ / "outside";
  ASSERT_EQ(mkdir(outside.c_str(), 0755), 0);
  std::ofstream(outside + "/precious") << "x";
  ASSERT_EQ(mkdir(back_.c_str(), 0755), 0);
  ASSERT_EQ(mkdir((back_ / "sub").c_str(), 0755), 0);
  for (const char* name : {"extra", "extra.keep", "sub/extra"}) std::ofstream(back_ / name) << "x";
  std::filesystem::create_directories(back_ / "tree/deep");
  std::filesystem::create_directories(back_ / "half/deep");
  std::ofstream(back_ / "tree/deep/file") << "x";
  std::ofstream(back_ / "half/deep/file.keep") << "x";
  std::ofstream(back_ / "half/gone") << "x";
  ASSERT_EQ(symlink(outside.c_str(), (back_ / "door").c_str()), 0);
  options_.overwrite = Overwrite::if_changed;
  options_.remove_others = true;
  options_.exclude.add(PathPattern::parse("*.keep", false).value());
  std::vector<std::string> removed;
  options_.removed = [&](const std::string& path) { removed.push_back(path); };
  const TreeRestoreReport report = restore();
  std::ranges::sort(removed);
  EXPECT_EQ(removed, (std::vector<std::string>{"door", "extra", "half/gone", "sub/extra", "tree"}));
  EXPECT_EQ(report.removed, 5u);
  for (const char* name : {"door", "extra", "sub/extra", "tree", "half/gone"})
    EXPECT_TRUE(absent(back_ / name)) << name;
  for (const char* name : {"a", "sub/b", "extra.keep", "half/deep/file.keep"})
    EXPECT_FALSE(absent(back_ / name)) << name;
  EXPECT_FALSE(absent(outside + "/precious"));
  EXPECT_TRUE(same_time(status(back_), top.meta.mtime));
  EXPECT_TRUE(same_time(status(back_ / "sub"), top.meta.mtime));
}

TEST_F(OverwriteTest, NobodysOwnReadOnlyDirectoriesAreNoHindrance) {
  MadeEntry top = made_directory(
      "top",
      {made_directory(
          "locked", {made_file("a", {1}, 0400), made_directory("deep", {made_file("b", {2})}, 0500)}, 0555)},
      0755);
  give_to(top, nobody_user(), nobody_group());
  put(top);
  const AsNobody nobody;
  restore();
  ASSERT_EQ(chmod((back_ / "locked").c_str(), 0755), 0);
  std::filesystem::create_directories(back_ / "locked/extra/below");
  std::ofstream(back_ / "locked/extra/below/file") << "x";
  for (const char* name : {"locked/extra/below", "locked/extra", "locked"})
    ASSERT_EQ(chmod((back_ / name).c_str(), 0555), 0);
  const ino_t before = status(back_ / "locked/deep/b").st_ino;
  options_.overwrite = Overwrite::always;
  options_.remove_others = true;
  EXPECT_EQ(restore().removed, 1u);
  EXPECT_NE(status(back_ / "locked/deep/b").st_ino, before);
  EXPECT_TRUE(absent(back_ / "locked/extra"));
  EXPECT_EQ(status(back_ / "locked").st_mode, kModeDirectory | 0555);
  EXPECT_EQ(status(back_ / "locked/deep").st_mode, kModeDirectory | 0500);
  EXPECT_TRUE(same_time(status(back_ / "locked"), top.meta.mtime));
  EXPECT_EQ(refused_.all(), 0u);
}

// A link that somebody puts where a directory was is neither followed nor kept.
TEST_F(OverwriteTest, FollowsNoSymlinkThatStandsThere) {
  MadeEntry top = made_directory("top", {made_directory("sub", {made_file("b", {2})})});
  give_to(top, geteuid(), getegid());
  put(top);
  const std::string outside = directory_ / "outside";
  ASSERT_EQ(mkdir(outside.c_str(), 0755), 0);
  ASSERT_EQ(mkdir(back_.c_str(), 0755), 0);
  ASSERT_EQ(symlink(outside.c_str(), (back_ / "sub").c_str()), 0);
  options_.overwrite = Overwrite::always;
  options_.remove_others = true;
  restore();
  EXPECT_TRUE(std::filesystem::is_empty(outside));
  EXPECT_EQ(picture(back_ / "sub"), "directory " + std::to_string(0755) + "");
  EXPECT_EQ(content(back_ / "sub/b"), Value{2});
}

TEST_F(OverwriteTest, OneFileTakesTheOthersPlace) {
  MadeEntry file = made_file("x", {1, 2, 3}, 0640);
  give_to(file, geteuid(), getegid());
  put(file);
  for (const Overwrite overwrite : {Overwrite::never, Overwrite::if_changed, Overwrite::always}) {
    options_.overwrite = overwrite;
    for (const Stands stands : {Stands::nothing, Stands::file, Stands::same_size_and_time, Stands::symlink}) {
      stand(stands, back_);
      const std::string before = picture(back_);
      restore();
      const Becomes becomes = expected(overwrite, stands, kModeFile);
      if (becomes == Becomes::restored) {
        EXPECT_EQ(picture(back_), "file " + std::to_string(0640) + " \1\2\3");
      } else {
        EXPECT_EQ(picture(back_), becomes == Becomes::old ? before : "file " + std::to_string(0640) + " old");
      }
      ASSERT_EQ(unlink(back_.c_str()), 0);
    }
  }
}

// What moves into a directory that stood there may not be for whoever could enter that.
TEST_F(OverwriteTest, ADirectoryIsClosedBeforeEntriesMoveIntoIt) {
  const std::filesystem::path stage = directory_ / "stage";
  std::filesystem::create_directories(stage / "private");
  std::filesystem::create_directories(back_ / "private");
  std::ofstream(stage / "private/key") << "secret";
  ASSERT_EQ(chmod((stage / "private").c_str(), 0710), 0);
  ASSERT_EQ(chmod((back_ / "private").c_str(), 01557), 0);
  ASSERT_EQ(chmod(back_.c_str(), 0755), 0);
  const Descriptor from(open(stage.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const Descriptor into(open(back_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  TreeMerge merge(from.number(), into.number(), true);
  merge.close_to(0751);
  ASSERT_TRUE(merge.move_all());
  EXPECT_EQ(status(back_).st_mode & 07777, 0751u);
  EXPECT_EQ(status(back_ / "private").st_mode & 07777, 01710u) << "the end gives it its own";
}

TEST_F(OverwriteTest, TheStageKnowsHowOpenADirectoryMayBe) {
  put(made_directory("top", {made_directory("a", {made_file("in", {4}, 0600)}, 0710)}, 0750));
  for (const Overwrite overwrite : {Overwrite::never, Overwrite::always}) {
    std::filesystem::create_directories(back_ / "a");
    ASSERT_EQ(chmod((back_ / "a").c_str(), 0757), 0);
    options_.overwrite = overwrite;
    restore();
    EXPECT_EQ(status(back_ / "a").st_mode & 07777, overwrite == Overwrite::never ? 0757u : 0710u);
    std::filesystem::remove_all(back_);
  }
}

}  // namespace
}  // namespace penstock
