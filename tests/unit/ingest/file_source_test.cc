// SPDX-License-Identifier: Apache-2.0
#include "ingest/file_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/open_for_reading.h"
#include "unit/ingest/source_tree.h"

namespace penstock {
namespace {

using test::read_all;
using test::SourceTree;

std::unique_ptr<FileSource> open_source(const std::string& path) {
  Result<std::unique_ptr<FileSource>> source =
      FileSource::take(open_for_reading(AT_FDCWD, path.c_str(), O_NOFOLLOW), path);
  EXPECT_TRUE(source.has_value()) << path << ": " << source.error().message();
  return source ? std::move(*source) : nullptr;
}

std::string numbered_text(size_t bytes) {
  std::string text;
  for (size_t i = 0; text.size() < bytes; ++i) text += std::to_string(i) + "\n";
  text.resize(bytes);
  return text;
}

TEST(FileSourceTest, ReadsTheSameInStepsOfAnySize) {
  const SourceTree tree;
  const std::string content = numbered_text(100'000);
  tree.file("f", content);
  for (const size_t step :
       {size_t{1}, size_t{7}, size_t{4096}, size_t{99'999}, size_t{100'000}, size_t{1} << 20}) {
    const auto source = open_source(tree.path("f"));
    EXPECT_EQ(read_all(*source, step), content) << step;
    EXPECT_EQ(source->changed(), "");
  }
}

TEST(FileSourceTest, FillsWhatItIsGivenBeforeItReturns) {
  const SourceTree tree;
  tree.file("f", numbered_text(100'000));
  const auto source = open_source(tree.path("f"));
  std::vector<uint8_t> into(60'000);
  EXPECT_EQ(source->read(into)->bytes, 60'000u);
  EXPECT_EQ(source->read(into)->bytes, 40'000u);
  EXPECT_TRUE(source->read(into)->end());
  EXPECT_TRUE(source->read(into)->end());
}

TEST(FileSourceTest, AnEmptyFileIsAtItsEnd) {
  const SourceTree tree;
  tree.file("f", "");
  const auto source = open_source(tree.path("f"));
  EXPECT_EQ(read_all(*source), "");
  EXPECT_EQ(source->changed(), "");
}

// Whether the file system of the test's directory names its holes at all.
bool names_holes(const std::string& path) {
  const OwnedFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return lseek(fd.get(), 0, SEEK_DATA) != 0;
}

// A sparse file: `size` bytes of which only `marks` are written, one byte each.
void sparse_file(const std::string& path, off_t size, const std::vector<off_t>& marks) {
  const OwnedFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  ASSERT_EQ(ftruncate(fd.get(), size), 0);
  for (const off_t mark : marks) ASSERT_EQ(pwrite(fd.get(), "x", 1, mark), 1);
}

TEST(FileSourceTest, SkipsHolesAndBringsTheSameBytes) {
  const SourceTree tree;
  const off_t size = (off_t{3} << 20) + 5;
  const std::vector<off_t> marks = {off_t{1} << 20, (off_t{1} << 20) + 200'000, (off_t{2} << 20) + 4096};
  sparse_file(tree.path("f"), size, marks);
  if (!names_holes(tree.path("f"))) GTEST_SKIP() << "the file system of " << tree.root() << " names no holes";
  std::string content(static_cast<size_t>(size), '\0');
  for (const off_t mark : marks) content[static_cast<size_t>(mark)] = 'x';
  for (const size_t step : {size_t{100}, size_t{5000}, size_t{1} << 20}) {
    const auto source = open_source(tree.path("f"));
    EXPECT_TRUE(read_all(*source, step) == content) << step;
    EXPECT_EQ(source->changed(), "");
  }
  const auto source = open_source(tree.path("f"));
  std::vector<uint8_t> into(1000);
  const Result<ReadResult> first = source->read(into);
  EXPECT_EQ(first->bytes, 0u);
  EXPECT_EQ(first->hole_bytes, uint64_t{1} << 20);
}

TEST(FileSourceTest, ReadsSmallHolesAsZeros) {
  const SourceTree tree;
  std::vector<off_t> marks;
  for (off_t at = 0; at < 1 << 20; at += 32 << 10) marks.push_back(at);
  sparse_file(tree.path("f"), 1 << 20, marks);
  const auto source = open_source(tree.path("f"));
  std::vector<uint8_t> into(1 << 20);
  EXPECT_EQ(source->read(into)->bytes, into.size());
  EXPECT_EQ(into[32 << 10], 'x');
  EXPECT_EQ(into[33 << 10], 0);
}

TEST(FileSourceTest, AFileThatIsAllHoleIsReportedAsOne) {
  const SourceTree tree;
  sparse_file(tree.path("f"), off_t{1} << 40, {});
  if (!names_holes(tree.path("f"))) GTEST_SKIP() << "the file system of " << tree.root() << " names no holes";
  const auto source = open_source(tree.path("f"));
  std::vector<uint8_t> into(1000);
  EXPECT_EQ(source->read(into)->hole_bytes, uint64_t{1} << 40);
  EXPECT_TRUE(source->read(into)->end());
  EXPECT_EQ(source->changed(), "");
}

TEST(FileSourceTest, ReadsProcFilesWhoseSizeIsZero) {
  const auto source = open_source("/proc/self/status");
  const std::string content = read_all(*source, 100);
  EXPECT_NE(content.find("Pid:"), std::string::npos);
  EXPECT_EQ(source->changed(), "");
}

TEST(FileSourceTest, TakesWhatAGrowingFileHeldWhenItWasOpenedAndSaysThatItGrew) {
  const SourceTree tree;
  tree.file("f", numbered_text(10'000));
  const auto source = open_source(tree.path("f"));
  std::vector<uint8_t> into(1000);
  ASSERT_EQ(source->read(into)->bytes, 1000u);
  tree.append("f", "more");
  EXPECT_EQ(read_all(*source), numbered_text(10'000).substr(1000));
  EXPECT_EQ(source->changed(), "grew from 10000 to 10004 bytes while it was read");
}

TEST(FileSourceTest, EndsWhereAFileWasCutOffAndSaysThatItShrank) {
  const SourceTree tree;
  tree.file("f", numbered_text(10'000));
  const auto source = open_source(tree.path("f"));
  std::vector<uint8_t> into(1000);
  ASSERT_EQ(source->read(into)->bytes, 1000u);
  ASSERT_EQ(truncate(tree.path("f").c_str(), 5000), 0);
  EXPECT_EQ(read_all(*source), numbered_text(5000).substr(1000));
  EXPECT_EQ(source->changed(), "shrank from 10000 to 5000 bytes while it was read");
}

TEST(FileSourceTest, EndsWhereASparseFileWasCutOffWithinAHole) {
  const SourceTree tree;
  sparse_file(tree.path("f"), off_t{8} << 20, {0, off_t{7} << 20});
  const auto source = open_source(tree.path("f"));
  std::vector<uint8_t> into(1000);
  ASSERT_EQ(source->read(into)->bytes, 1000u);
  ASSERT_EQ(truncate(tree.path("f").c_str(), 3 << 20), 0);
  EXPECT_EQ(read_all(*source).size(), (size_t{3} << 20) - 1000);
  EXPECT_EQ(source->changed(), "shrank from 8388608 to 3145728 bytes while it was read");
}

TEST(FileSourceTest, SaysThatAFileOfTheSameSizeWasWrittenTo) {
  const SourceTree tree;
  tree.file("f", "before");
  tree.backdate("f");
  const auto source = open_source(tree.path("f"));
  tree.file("f", "behind");
  EXPECT_EQ(read_all(*source), "behind");
  EXPECT_EQ(source->changed(), "was written to while it was read");
}

TEST(FileSourceTest, SeesAChangeRightAfterAFileWasMade) {
  const SourceTree tree;
  for (int round = 0; round < 20; ++round) {
    tree.file("f", "before");
    const auto source = open_source(tree.path("f"));
    EXPECT_EQ(read_all(*source), "before");
    EXPECT_EQ(source->changed(), "");
    tree.file("f", "behind");
    ASSERT_EQ(source->changed(), "was written to while it was read") << round;
  }
}

TEST(FileSourceTest, SaysThatAFileWasChangedThoughItsModificationTimeWasSetBack) {
  const SourceTree tree;
  tree.file("f", "before");
  tree.backdate("f");
  const auto source = open_source(tree.path("f"));
  tree.file("f", "behind");
  tree.backdate("f");
  EXPECT_EQ(source->changed(), "was changed (content, owner, mode or links) while it was read");
}

TEST(FileSourceTest, RefusesWhatIsNotARegularFile) {
  const SourceTree tree;
  const auto source = FileSource::take(open_for_reading(AT_FDCWD, tree.root().c_str(), 0), "there");
  ASSERT_FALSE(source.has_value());
  EXPECT_EQ(source.error().what, "there");
  EXPECT_EQ(source.error().why, "is not a regular file");
}

TEST(FileSourceTest, ClosesItsDescriptor) {
  const SourceTree tree;
  tree.file("f", "x");
  const OwnedFd before(open("/dev/null", O_RDONLY | O_CLOEXEC));
  for (int i = 0; i < 5; ++i) read_all(*open_source(tree.path("f")));
  const OwnedFd after(open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(after.get(), before.get() + 1);
}

}  // namespace
}  // namespace penstock
