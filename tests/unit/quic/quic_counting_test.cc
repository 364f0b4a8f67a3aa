// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "unit/quic/test_request.h"
#include "unit/quic/test_server.h"

namespace penstock {
namespace {

TEST(QuicCountingTest, CountsWhatIsDecryptedAndDoesNotKnowWhatNobodyCounts) {
  TestServer server({}, {}, 2);
  auto client = server.client();
  ASSERT_TRUE(client) << client.error().message();
  TestRequest put("PUT", "/put", 500'000);
  ASSERT_TRUE(carry_out(**client, put));
  const uint64_t decrypted = server.count(QuicCount::bytes_decrypted);
  EXPECT_GT(decrypted, 500'000U);
  EXPECT_LT(decrypted, 505'000U) << "streams' heads are small";
  EXPECT_EQ(server.count(QuicCount::body_bytes_in), 500'000U);
  // A port in memory counts no packets that it missed.
  EXPECT_FALSE(server.server->packets().missed);
}

}  // namespace
}  // namespace penstock
