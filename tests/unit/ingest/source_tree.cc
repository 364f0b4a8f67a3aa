// SPDX-License-Identifier: Apache-2.0
#include "unit/ingest/source_tree.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "ingest/owned_fd.h"

namespace penstock::test {

namespace {

// In memory where that can be, since ten thousand directories take a disk's journal a minute; TMPDIR
// overrides.
std::string parent_directory() {
  if (std::getenv("TMPDIR") == nullptr && access("/dev/shm", W_OK | X_OK) == 0) return "/dev/shm";
  return std::filesystem::temp_directory_path().string();
}

std::string error_line(const Error& error) {
  return "error: " + error.what + ": " + error.why;
}

}  // namespace

SourceTree::SourceTree() : root_(parent_directory() + "/penstock-ingest-XXXXXX") {
  EXPECT_NE(mkdtemp(root_.data()), nullptr);
}

SourceTree::~SourceTree() {
  // rm goes down level by level; std::filesystem goes by whole paths, which those of a deep tree are too long
  // for.
  EXPECT_EQ(std::system(("rm -rf -- '" + root_ + "'").c_str()), 0);
}

void SourceTree::directory(std::string_view name) const {
  EXPECT_EQ(mkdir(path(name).c_str(), 0755), 0) << name;
}

void SourceTree::file(std::string_view name, std::string_view content) const {
  std::ofstream out(path(name), std::ios::binary | std::ios::trunc);
  out << content;
  EXPECT_TRUE(out.flush().good()) << name;
}

void SourceTree::symlink(std::string_view name, std::string_view target) const {
  EXPECT_EQ(::symlink(std::string(target).c_str(), path(name).c_str()), 0) << name;
}

void SourceTree::fifo(std::string_view name) const {
  EXPECT_EQ(mkfifo(path(name).c_str(), 0644), 0) << name;
}

void SourceTree::append(std::string_view name, std::string_view content) const {
  std::ofstream out(path(name), std::ios::binary | std::ios::app);
  out << content;
  EXPECT_TRUE(out.flush().good()) << name;
}

void SourceTree::remove(std::string_view name) const {
  EXPECT_EQ(std::remove(path(name).c_str()), 0) << name;
}

void SourceTree::chain(size_t depth) const {
  OwnedFd at(open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (size_t level = 0; level < depth; ++level) {
    ASSERT_EQ(mkdirat(at.get(), "d", 0755), 0) << level;
    at = OwnedFd(openat(at.get(), "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_TRUE(at) << level;
    const OwnedFd file(openat(at.get(), "e", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    ASSERT_EQ(write(file.get(), "x", 1), 1) << level;
  }
}

void SourceTree::rename(std::string_view from, std::string_view to) const {
  EXPECT_EQ(std::rename(path(from).c_str(), path(to).c_str()), 0) << from;
}

void SourceTree::backdate(std::string_view name) const {
  const timespec long_ago[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  EXPECT_EQ(utimensat(AT_FDCWD, path(name).c_str(), long_ago, 0), 0) << name;
}

std::string read_all(Source& source, size_t step) {
  std::string content;
  std::string buffer(step, '\0');
  for (;;) {
    const Result<ReadResult> got = source.read({reinterpret_cast<uint8_t*>(buffer.data()), buffer.size()});
    EXPECT_TRUE(got.has_value()) << got.error().message();
    if (!got || got->end()) return content;
    EXPECT_TRUE(got->bytes == 0 || got->hole_bytes == 0);
    content.append(buffer, 0, got->bytes);
    content.append(got->hole_bytes, '\0');
  }
}

std::string line_of(Entry& entry) {
  switch (entry.kind) {
    case Entry::Kind::directory_begin:
      return "+" + entry.name;
    case Entry::Kind::directory_end:
      return "-" + entry.name;
    case Entry::Kind::file:
      return entry.name + "=" + read_all(*entry.source);
    case Entry::Kind::special:
      return entry.name + " special";
    case Entry::Kind::symlink:
      return entry.name + ">" + entry.target;
    case Entry::Kind::unreadable:
      EXPECT_EQ(entry.error.code, Errc::partial);
      EXPECT_EQ(entry.error.what, entry.path);
      return entry.name + "!" + entry.error.why;
  }
  return "?";
}

std::vector<std::string> lines_of(EntryStream& entries) {
  std::vector<std::string> lines;
  for (;;) {
    Result<std::optional<Entry>> entry = entries.next();
    if (!entry) {
      lines.push_back(error_line(entry.error()));
      return lines;
    }
    if (!*entry) return lines;
    lines.push_back(line_of(**entry));
  }
}

std::vector<std::string> walk(const std::vector<std::string>& paths) {
  Result<std::unique_ptr<EntryStream>> entries = open_paths(paths);
  if (!entries) return {error_line(entries.error())};
  return lines_of(**entries);
}

}  // namespace penstock::test
