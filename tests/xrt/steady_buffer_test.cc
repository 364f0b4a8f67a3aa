// SPDX-License-Identifier: Apache-2.0
// emulation/xrt_preload, which is loaded before this program, over a library that has the defect. ARGUMENT:
// that library.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

namespace {

constexpr size_t kBufferBytes = size_t{4} << 30;

// What becomes of the mappings that the preloaded library asks for.
enum class Mapping { made, held, refused };
std::atomic<Mapping> mapping{Mapping::made};
std::atomic<bool> held{false};

}  // namespace

// Exported, so it stands before the C library's.
extern "C" void* mmap(void* address, size_t bytes, int protection, int flags, int file,
                      off_t offset) noexcept {
  if (bytes == kBufferBytes) {
    Mapping expected = Mapping::held;
    if (mapping.compare_exchange_strong(expected, Mapping::made)) {
      held = true;
      held.notify_all();
      held.wait(true);
    } else if (expected == Mapping::refused) {
      errno = ENOMEM;
      return MAP_FAILED;
    }
  }
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  return reinterpret_cast<void*>(::syscall(SYS_mmap, address, bytes, protection, flags, file, offset));
}

namespace {

std::string library_path;

struct Shim {
  void* library = ::dlopen(library_path.c_str(), RTLD_NOW);
  void* (*make)() = reinterpret_cast<void* (*)()>(::dlsym(library, "make_shim"));
  void* (*buffer)(void*,
                  size_t) = reinterpret_cast<void* (*)(void*, size_t)>(::dlsym(library, "shim_buffer"));
};

TEST(SteadyBufferTest, KeepsABufferWhereItIsAndWhatIsInIt) {
  const Shim shim;
  ASSERT_NE(shim.library, nullptr) << ::dlerror();
  void* const card = shim.make();
  auto* const first = static_cast<char*>(shim.buffer(card, 9));
  std::memcpy(first, "penstock", 9);
  for (size_t bytes = 16; bytes <= (size_t{64} << 20); bytes *= 2) {
    auto* const grown = static_cast<char*>(shim.buffer(card, bytes));
    ASSERT_EQ(grown, first) << bytes;
    grown[bytes - 1] = 1;
    ASSERT_EQ(std::string(grown, 8), "penstock") << bytes;
  }
  std::free(first);
}

TEST(SteadyBufferTest, GivesEachCardItsOwnAndTakesItBack) {
  const Shim shim;
  ASSERT_NE(shim.library, nullptr);
  void* const first = shim.buffer(shim.make(), 8);
  void* const second = shim.buffer(shim.make(), 8);
  EXPECT_NE(first, second);
  for (int round = 0; round < 1000; ++round) {
    std::free(shim.buffer(shim.make(), 8));
  }
  std::free(first);
  std::free(second);
}

// The slots are mapped in another order than they were taken.
TEST(SteadyBufferTest, KnowsABufferWhileAnEarlierOneIsBeingMapped) {
  const Shim shim;
  ASSERT_NE(shim.library, nullptr);
  std::array<void*, 8> before{};  // more than other tests have had: these are mapped
  for (void*& block : before) block = shim.buffer(shim.make(), 8);
  mapping = Mapping::held;
  std::thread slow([&] { std::free(shim.buffer(shim.make(), 8)); });
  held.wait(false);
  void* const card = shim.make();
  auto* const buffer = static_cast<char*>(shim.buffer(card, 8));
  auto* const grown = static_cast<char*>(shim.buffer(card, size_t{64} << 20));
  const bool stayed = grown == buffer;
  grown[(size_t{64} << 20) - 1] = 1;
  std::free(buffer);
  held = false;
  held.notify_all();
  slow.join();
  EXPECT_TRUE(stayed);
  for (void* const block : before) std::free(block);
}

using SteadyBufferDeathTest = ::testing::Test;

TEST(SteadyBufferDeathTest, EndsWithALineWhereNoBufferCanBeHad) {
  const Shim shim;
  ASSERT_NE(shim.library, nullptr);
  const auto take_all = [&](Mapping then) {
    mapping = then;
    for (int card = 0; card < 100; ++card) shim.buffer(shim.make(), 8);
  };
  EXPECT_DEATH(take_all(Mapping::refused), "4 GiB of addresses cannot be had");
  EXPECT_DEATH(take_all(Mapping::made), "more than 64 cards");
  EXPECT_DEATH(shim.buffer(shim.make(), kBufferBytes + 1), "larger than 4 GiB");
  const auto grow = [&] {
    void* const card = shim.make();
    shim.buffer(card, 8);
    shim.buffer(card, kBufferBytes + 1);
  };
  EXPECT_DEATH(grow(), "larger than 4 GiB");
}

TEST(SteadyBufferTest, LeavesOthersToTheCLibrary) {
  const Shim shim;
  ASSERT_NE(shim.library, nullptr);
  auto* block = static_cast<char*>(std::malloc(100));
  std::memcpy(block, "penstock", 9);
  EXPECT_LT(::malloc_usable_size(block), 200U);
  block = static_cast<char*>(std::realloc(block, 1 << 20));
  const std::string moved = block;
  std::free(block);
  EXPECT_EQ(moved, "penstock");
  std::free(nullptr);
  block = static_cast<char*>(std::realloc(nullptr, 10));
  const bool made = block != nullptr;
  std::free(block);
  EXPECT_TRUE(made);
  EXPECT_EQ(::dlopen("/no/such/library", RTLD_NOW), nullptr);
}

}  // namespace

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  if (count > 1) library_path = arguments[1];
  return RUN_ALL_TESTS();
}
