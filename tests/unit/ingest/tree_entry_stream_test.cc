// SPDX-License-Identifier: Apache-2.0
#include "ingest/tree_entry_stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "unit/ingest/source_tree.h"

namespace penstock {
namespace {

using test::SourceTree;
using test::walk;
using Lines = std::vector<std::string>;

TEST(TreeEntryStreamTest, GivesEntriesInByteOrderBetweenADirectorysBeginAndEnd) {
  const SourceTree tree;
  tree.directory("t");
  tree.directory("t/b");
  tree.directory("t/empty");
  tree.file("t/b/inner", "2");
  tree.file("t/a", "1");
  tree.file("t/B", "0");
  tree.file("t/b.txt", "3");
  tree.file("t/\xff", "5");
  tree.file("t/\xc3\xa9", "4");
  tree.symlink("t/link", "../b/inner");
  EXPECT_EQ(walk({tree.path("t")}), (Lines{"+t", "B=0", "a=1", "+b", "inner=2", "-b", "b.txt=3", "+empty",
                                           "-empty", "link>../b/inner", "\xc3\xa9=4", "\xff=5", "-t"}));
}

TEST(TreeEntryStreamTest, KeepsTheOrderOfThePathsGiven) {
  const SourceTree tree;
  tree.file("z", "1");
  tree.directory("d");
  tree.file("a", "2");
  EXPECT_EQ(walk({tree.path("z"), tree.path("d"), tree.path("a")}), (Lines{"z=1", "+d", "-d", "a=2"}));
  EXPECT_EQ(walk({}), Lines{});
}

TEST(TreeEntryStreamTest, TakesAnyByteInAName) {
  const SourceTree tree;
  tree.directory("t");
  Lines expected = {"+t"};
  for (int byte = 1; byte < 256; ++byte) {
    if (byte == '/') continue;
    const std::string name = "n" + std::string(1, static_cast<char>(byte));
    tree.file("t/" + name, "x");
    expected.push_back(name + "=x");
  }
  tree.file("t/" + std::string(255, 'o'), "long");
  expected.push_back(std::string(255, 'o') + "=long");
  expected.push_back("-t");
  EXPECT_EQ(walk({tree.path("t")}), expected);
}

TEST(TreeEntryStreamTest, NamesEntriesByTheirPathInMessages) {
  const SourceTree tree;
  tree.directory("t");
  tree.directory("t/d");
  tree.file("t/d/f", "x");
  const auto entries = open_paths({tree.path("t//")});
  std::vector<std::string> paths;
  for (;;) {
    const auto entry = (*entries)->next();
    ASSERT_TRUE(entry.has_value());
    if (!*entry) break;
    paths.push_back((*entry)->path);
    EXPECT_EQ((*entry)->size_hint, (*entry)->kind == Entry::Kind::file ? 1u : 0u);
  }
  EXPECT_EQ(paths, (std::vector<std::string>{tree.path("t"), tree.path("t/d"), tree.path("t/d/f"),
                                             tree.path("t/d"), tree.path("t")}));
}

TEST(TreeEntryStreamTest, ReadsSymlinkTargetsOfAnyLength) {
  const SourceTree tree;
  tree.directory("t");
  Lines expected = {"+t"};
  for (const size_t bytes : {1, 255, 256, 257, 4095}) {
    const std::string name = "l" + std::to_string(10'000 + bytes);
    tree.symlink("t/" + name, std::string(bytes, 'x'));
    expected.push_back(name + ">" + std::string(bytes, 'x'));
  }
  expected.push_back("-t");
  EXPECT_EQ(walk({tree.path("t")}), expected);
}

TEST(TreeEntryStreamTest, NamesSpecialFilesAndNeverWaitsForThem) {
  const SourceTree tree;
  tree.directory("t");
  tree.fifo("t/fifo");
  tree.file("t/g", "goes on");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string socket_path = tree.path("t/socket");
  ASSERT_LT(socket_path.size(), sizeof address.sun_path);
  socket_path.copy(address.sun_path, socket_path.size());
  const OwnedFd socket_fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(bind(socket_fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(walk({tree.path("t")}),
            (Lines{"+t", "fifo!is a FIFO: not stored", "g=goes on", "socket!is a socket: not stored", "-t"}));
  EXPECT_EQ(walk({"/dev/null"}), (Lines{"null!is a character device: not stored"}));
  EXPECT_EQ(walk({tree.path("t/fifo")}), (Lines{"fifo!is a FIFO: not stored"}));
}

// Takes the rights of root away for as long as it lives.
class AsNobody {
 public:
  AsNobody() { lowered_ = geteuid() != 0 || seteuid(65534) == 0; }
  ~AsNobody() {
    if (getuid() == 0) {
      EXPECT_EQ(seteuid(0), 0);
    }
  }
  bool lowered() const { return lowered_; }

 private:
  bool lowered_ = false;
};

TEST(TreeEntryStreamTest, NamesWhatItMayNotReadAndGoesOn) {
  const SourceTree tree;
  ASSERT_EQ(chmod(tree.root().c_str(), 0755), 0);
  tree.directory("t");
  tree.directory("t/a-closed");
  tree.file("t/a-closed/never", "seen");
  tree.directory("t/b-listed");
  tree.file("t/b-listed/f", "not reachable");
  tree.file("t/c", "not for all");
  tree.file("t/d", "for all");
  ASSERT_EQ(chmod(tree.path("t/a-closed").c_str(), 0), 0);
  ASSERT_EQ(chmod(tree.path("t/b-listed").c_str(), 0444), 0);
  ASSERT_EQ(chmod(tree.path("t/c").c_str(), 0), 0);
  {
    const AsNobody nobody;
    if (!nobody.lowered()) GTEST_SKIP() << "root, and not allowed to be anybody else";
    EXPECT_EQ(walk({tree.path("t")}),
              (Lines{"+t", "a-closed!Permission denied", "+b-listed", "f!Permission denied", "-b-listed",
                     "c!Permission denied", "d=for all", "-t"}));
  }
  ASSERT_EQ(chmod(tree.path("t/a-closed").c_str(), 0755), 0);
  ASSERT_EQ(chmod(tree.path("t/b-listed").c_str(), 0755), 0);
}

TEST(TreeEntryStreamTest, ReadsFilesOfOthersWhoseAccessTimeItMayNotLeaveAlone) {
  const SourceTree tree;
  ASSERT_EQ(chmod(tree.root().c_str(), 0755), 0);
  tree.file("f", "x");
  const AsNobody nobody;
  if (!nobody.lowered()) GTEST_SKIP() << "root, and not allowed to be anybody else";
  EXPECT_EQ(walk({tree.path("f")}), (Lines{"f=x"}));
}

// Lowers the number of descriptors that the process may hold for as long as it lives.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t more) {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    const OwnedFd lowest_free(open("/dev/null", O_RDONLY | O_CLOEXEC));
    const rlimit lowered{static_cast<rlim_t>(lowest_free.get()) + more, before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &lowered), 0);
  }
  ~DescriptorLimit() { EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before_), 0); }

 private:
  rlimit before_{};
};

TEST(TreeEntryStreamTest, WalksTenThousandLevelsWithFewDescriptors) {
  constexpr size_t kDepth = 10'000;
  const SourceTree tree;
  tree.chain(kDepth);
  const DescriptorLimit limit(DirectoryStack::kOpenMax + 5);
  const Lines lines = walk({tree.path("d")});
  ASSERT_EQ(lines.size(), 3 * kDepth);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "+d"), kDepth);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "e=x"), kDepth);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "-d"), kDepth);
}

TEST(TreeEntryStreamTest, FailsAsAWholeWhenDescriptorsRunOut) {
  const SourceTree tree;
  tree.directory("t");
  tree.file("t/f", "x");
  const auto entries = open_paths({tree.path("t")});
  const DescriptorLimit limit(0);
  const auto entry = (*entries)->next();
  ASSERT_FALSE(entry.has_value());
  EXPECT_EQ(entry.error().code, Errc::failed);
  EXPECT_NE(entry.error().message().find("Too many open files"), std::string::npos);
}

TEST(TreeEntryStreamTest, ListsADirectoryOfManyEntriesInOrder) {
  const SourceTree tree;
  tree.directory("t");
  Lines expected;
  for (int i = 0; i < 3000; ++i) {
    tree.symlink("t/" + std::to_string(i), "x");
    expected.push_back(std::to_string(i) + ">x");
  }
  std::sort(expected.begin(), expected.end(), [](const std::string& a, const std::string& b) {
    return a.substr(0, a.find('>')) < b.substr(0, b.find('>'));
  });
  expected.insert(expected.begin(), "+t");
  expected.push_back("-t");
  EXPECT_EQ(walk({tree.path("t")}), expected);
}

}  // namespace
}  // namespace penstock
