// SPDX-License-Identifier: Apache-2.0
#include "ingest/descriptor_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <random>
#include <thread>

#include "ingest/owned_fd.h"
#include "unit/base/random_seed.h"
#include "unit/ingest/source_tree.h"

namespace penstock {
namespace {

struct Pipe {
  explicit Pipe(int flags = 0) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC | flags), 0);
    out = OwnedFd(ends[0]);
    in = OwnedFd(ends[1]);
  }
  OwnedFd out;
  OwnedFd in;
};

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
}

std::string random_text(std::mt19937_64& random, size_t bytes) {
  std::string text(bytes, '\0');
  for (char& byte : text) byte = static_cast<char>(random());
  return text;
}

TEST(DescriptorSourceTest, GathersSmallPiecesIntoFullReads) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  const std::string content = random_text(random, 50'000);
  Pipe pipe;
  std::thread writer([&content, &pipe, pieces = random]() mutable {
    for (size_t at = 0; at < content.size();) {
      const size_t bytes = std::min<size_t>(1 + pieces() % 700, content.size() - at);
      write_all(pipe.in.get(), std::string_view(content).substr(at, bytes));
      at += bytes;
    }
    pipe.in.close();
  });
  DescriptorSource source(pipe.out.get(), "pipe");
  std::string got(50'000, '\0');
  const MutableBytes into(reinterpret_cast<uint8_t*>(got.data()), got.size());
  EXPECT_EQ(source.read(into.first(20'000))->bytes, 20'000u);
  EXPECT_EQ(source.read(into.subspan(20'000, 29'999))->bytes, 29'999u);
  EXPECT_EQ(source.read(into.last(1))->bytes, 1u);
  EXPECT_TRUE(source.read(into)->end());
  EXPECT_TRUE(source.read(into)->end());
  writer.join();
  EXPECT_TRUE(got == content);
}

TEST(DescriptorSourceTest, WaitsOnANonBlockingDescriptor) {
  Pipe pipe(O_NONBLOCK);
  std::thread writer([&pipe] {
    for (int i = 0; i < 10; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      write_all(pipe.in.get(), "abc");
    }
    pipe.in.close();
  });
  DescriptorSource source(pipe.out.get(), "pipe");
  EXPECT_EQ(test::read_all(source), "abcabcabcabcabcabcabcabcabcabc");
  writer.join();
}

TEST(DescriptorSourceTest, GoesOnAfterSignals) {
  struct sigaction interrupt {};
  struct sigaction before {};
  interrupt.sa_handler = [](int) {};  // without SA_RESTART, so that read returns EINTR
  ASSERT_EQ(sigaction(SIGUSR1, &interrupt, &before), 0);
  Pipe pipe;
  const pthread_t reader = pthread_self();
  std::thread writer([&pipe, reader] {
    for (int i = 0; i < 20; ++i) {
      pthread_kill(reader, SIGUSR1);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      write_all(pipe.in.get(), "x");
    }
    pipe.in.close();
  });
  DescriptorSource source(pipe.out.get(), "pipe");
  EXPECT_EQ(test::read_all(source), std::string(20, 'x'));
  writer.join();
  sigaction(SIGUSR1, &before, nullptr);
}

TEST(DescriptorSourceTest, ReportsAReadErrorByName) {
  const OwnedFd directory(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  DescriptorSource source(directory.get(), "standard input");
  uint8_t byte = 0;
  const Result<ReadResult> got = source.read({&byte, 1});
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().message(), "standard input: Is a directory (check the path)");
  EXPECT_EQ(got.error().code, Errc::failed);
}

TEST(DescriptorSourceTest, AnEntryStreamGivesTheDescriptorOnceUnderItsNameAndLeavesItOpen) {
  Pipe pipe;
  write_all(pipe.in.get(), "content");
  pipe.in.close();
  const std::unique_ptr<EntryStream> entries = open_descriptor(pipe.out.get(), "dump.sql");
  EXPECT_EQ(test::lines_of(*entries), (std::vector<std::string>{"dump.sql=content"}));
  EXPECT_NE(fcntl(pipe.out.get(), F_GETFD), -1);
}

}  // namespace
}  // namespace penstock
