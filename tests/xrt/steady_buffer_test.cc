// SPDX-License-Identifier: Apache-2.0
// emulation/xrt_preload, which is loaded before this program, over a library that has the defect. ARGUMENT:
// that library.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <string>

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
