// SPDX-License-Identifier: Apache-2.0
#include "memory/keep_for_ever.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

struct Watched {
  explicit Watched(int& ends) : ends_(&ends) {}
  ~Watched() { ++*ends_; }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  int* ends_;
};

// The sanitized builds also find what no pointer leads to at the process's end.
TEST(KeepForEverTest, EndsNothing) {
  static int ends = 0;
  for (int i = 0; i < 3; ++i) keep_for_ever(std::make_unique<Watched>(ends));
  EXPECT_EQ(ends, 0);
}

}  // namespace
}  // namespace penstock
