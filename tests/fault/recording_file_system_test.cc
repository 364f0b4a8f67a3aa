// SPDX-License-Identifier: Apache-2.0
#include "fault/recording_file_system.h"

#include <gtest/gtest.h>

#include <set>

#include "base/bytes.h"
#include "fault/writeback_cache.h"

namespace penstock {
namespace {

constexpr int kCrashes = 300;

class RecordingFileSystemTest : public testing::Test {
 protected:
  void write(File& file, uint64_t offset, std::string_view text) {
    const Bytes part = as_bytes(text);
    ASSERT_TRUE(file.write(offset, {&part, 1}));
  }

  std::unique_ptr<File> durable_file(const std::string& path) {
    std::unique_ptr<File> file = *files_.create(path);
    EXPECT_TRUE(file->sync());
    EXPECT_TRUE(files_.sync_directory("/"));
    return file;
  }

  // What `path` holds after each of many power failures now; "absent" where it is not there.
  std::set<std::string> states(const std::string& path) {
    std::set<std::string> found;
    for (uint64_t seed = 0; seed < kCrashes; ++seed) {
      const FileImage image = crash_image(files_.disk(), files_.log(), seed);
      const auto node = image.find(path);
      found.insert(node ? std::string(as_text(image.nodes[*node].bytes)) : "absent");
    }
    return found;
  }

  RecordingFileSystem files_;
};

TEST_F(RecordingFileSystemTest, ReadsBackWhatWasWritten) {
  const auto file = durable_file("/a");
  write(*file, 2, "hello");
  std::array<uint8_t, 7> bytes;
  ASSERT_TRUE(file->read(0, bytes));
  EXPECT_EQ(as_text(bytes), std::string_view("\0\0hello", 7));
  EXPECT_EQ(file->read(1, bytes).error().code, Errc::corrupt);
}

TEST_F(RecordingFileSystemTest, KeepsWhatWasSynced) {
  const auto file = durable_file("/a");
  write(*file, 0, "synced");
  ASSERT_TRUE(file->sync());
  EXPECT_EQ(states("/a"), std::set<std::string>{"synced"});
}

TEST_F(RecordingFileSystemTest, MayLoseKeepOrZeroWhatWasNotSynced) {
  const auto file = durable_file("/a");
  write(*file, 0, "old");
  ASSERT_TRUE(file->sync());
  write(*file, 0, "new");
  EXPECT_EQ(states("/a"), (std::set<std::string>{"old", "new"}));
  write(*file, 0, "newer");
  const std::set<std::string> found = states("/a");
  EXPECT_TRUE(found.contains("old"));
  EXPECT_TRUE(found.contains("newer"));
  EXPECT_TRUE(found.contains(std::string("old\0\0", 5))) << "the size may reach the disk without the data";
}

TEST_F(RecordingFileSystemTest, TearsWritesAtSectorsInAnyOrder) {
  const auto file = durable_file("/a");
  write(*file, 0, std::string(1536, 'o'));
  ASSERT_TRUE(file->sync());
  write(*file, 0, std::string(1536, 'n'));
  std::set<std::string> patterns;
  for (const std::string& state : states("/a")) {
    ASSERT_EQ(state.size(), 1536u);
    for (size_t i = 0; i < state.size(); ++i) ASSERT_EQ(state[i], state[i / 512 * 512]);
    patterns.insert({state[0], state[512], state[1024]});
  }
  EXPECT_EQ(patterns.size(), 8u);
}

TEST_F(RecordingFileSystemTest, LosesTheEntryOfASyncedFileWhoseDirectoryWasNot) {
  const auto file = *files_.create("/a");
  write(*file, 0, "data");
  ASSERT_TRUE(file->sync());
  EXPECT_EQ(states("/a"), (std::set<std::string>{"absent", "data"}));
  ASSERT_TRUE(files_.sync_directory("/"));
  EXPECT_EQ(states("/a"), std::set<std::string>{"data"});
}

TEST_F(RecordingFileSystemTest, LosesAWholeDirectoryWhoseParentWasNotSynced) {
  ASSERT_TRUE(files_.make_directory("/d"));
  const auto file = *files_.create("/d/a");
  ASSERT_TRUE(file->sync());
  ASSERT_TRUE(files_.sync_directory("/d"));
  EXPECT_EQ(states("/d/a"), (std::set<std::string>{"absent", ""}));
}

TEST_F(RecordingFileSystemTest, RenamesOverAFileAtomically) {
  const auto old = durable_file("/a");
  write(*old, 0, "old");
  ASSERT_TRUE(old->sync());
  const auto fresh = durable_file("/b");
  write(*fresh, 0, "new");
  ASSERT_TRUE(fresh->sync());
  ASSERT_TRUE(files_.rename("/b", "/a"));
  for (uint64_t seed = 0; seed < kCrashes; ++seed) {
    const FileImage image = crash_image(files_.disk(), files_.log(), seed);
    ASSERT_TRUE(image.find("/a"));
    const bool renamed = as_text(image.nodes[*image.find("/a")].bytes) == "new";
    EXPECT_EQ(renamed, !image.find("/b").has_value());
  }
  EXPECT_EQ(states("/a"), (std::set<std::string>{"old", "new"}));
}

TEST_F(RecordingFileSystemTest, ReadsWhatAFailedSyncLostAndNeverWritesItLater) {
  const auto file = durable_file("/a");
  bool lost = false;
  for (uint64_t seed = 0; seed < 50 && !lost; ++seed) {
    files_.inject({.seed = seed, .rate = 1});
    const Bytes part = as_bytes("x");
    EXPECT_FALSE(file->write(0, {&part, 1}));
    files_.heal();
    write(*file, 0, "dirty");
    files_.inject({.seed = seed, .rate = 1});
    EXPECT_FALSE(file->sync());
    files_.heal();
    ASSERT_TRUE(file->sync());
    std::array<uint8_t, 5> bytes;
    ASSERT_TRUE(file->read(0, bytes));
    EXPECT_EQ(as_text(bytes), "dirty");
    const std::set<std::string> found = states("/a");
    ASSERT_EQ(found.size(), 1u) << "the fate was sealed by the failed sync";
    lost = *found.begin() != "dirty";
  }
  EXPECT_TRUE(lost);
}

TEST_F(RecordingFileSystemTest, WritesShortWhenTheDiskIsFull) {
  const auto file = durable_file("/a");
  files_.inject({.seed = 1, .rate = 0, .space_left = 3});
  const Bytes part = as_bytes("12345");
  EXPECT_FALSE(file->write(0, {&part, 1}));
  EXPECT_EQ(*file->size(), 3u);
  const Bytes over = as_bytes("abc");
  EXPECT_TRUE(file->write(0, {&over, 1})) << "what is there may be written over";
}

TEST_F(RecordingFileSystemTest, HoldsALockOnce) {
  auto held = files_.lock("/lock");
  ASSERT_TRUE(held);
  EXPECT_EQ(files_.lock("/lock").error().code, Errc::locked);
  held->reset();
  EXPECT_TRUE(files_.lock("/lock"));
}

TEST_F(RecordingFileSystemTest, GivesTheSameImageForTheSameSeed) {
  const auto file = *files_.create("/a");
  write(*file, 0, std::string(5000, 'x'));
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const FileImage one = crash_image(files_.disk(), files_.log(), seed);
    const FileImage two = crash_image(files_.disk(), files_.log(), seed);
    ASSERT_EQ(one.nodes.size(), two.nodes.size());
    for (size_t i = 0; i < one.nodes.size(); ++i) {
      EXPECT_EQ(one.nodes[i].bytes, two.nodes[i].bytes);
      EXPECT_EQ(one.nodes[i].entries, two.nodes[i].entries);
    }
  }
}

}  // namespace
}  // namespace penstock
