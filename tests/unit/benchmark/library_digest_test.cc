// SPDX-License-Identifier: Apache-2.0
#include "benchmark/library_digest.h"

#include <gtest/gtest.h>

#include <vector>

#include "hash/sha256.h"

namespace penstock {
namespace {

TEST(LibraryDigestTest, AgreesWithOursMessageAfterMessage) {
  LibraryDigest library;
  for (const size_t bytes : {0, 1, 64, 65'536, 3}) {
    const std::vector<uint8_t> message(bytes, 'x');
    EXPECT_EQ(library.digest(message), sha256(message)) << bytes;
  }
}

}  // namespace
}  // namespace penstock
