// SPDX-License-Identifier: Apache-2.0
#include "unit/memory/guarded_bytes.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

void write_at(uint8_t* address) {
  *static_cast<volatile uint8_t*>(address) = 1;
}

TEST(GuardedBytesDeathTest, FaultsBehindItsEnd) {
  const GuardedBytes guarded(1000);
  EXPECT_DEATH(write_at(guarded.bytes().data() + 1000), "");
}

TEST(GuardedBytesDeathTest, FaultsWhenItIsWrittenThoughReadOnly) {
  const GuardedBytes guarded(1000);
  write_at(guarded.bytes().data());
  guarded.make_read_only();
  EXPECT_DEATH(write_at(guarded.bytes().data()), "");
}

TEST(GuardedBytesTest, SeesAWriteBeforeItsStart) {
  for (size_t size : {0, 1, 4096, 5000}) {
    const GuardedBytes guarded(size);
    EXPECT_TRUE(guarded.intact());
    write_at(guarded.bytes().data() - 1);
    EXPECT_FALSE(guarded.intact());
  }
}

}  // namespace
}  // namespace penstock
