// SPDX-License-Identifier: Apache-2.0
#include "quic/connection_id.h"

#include <gtest/gtest.h>

#include <set>

#include "quic/server_secret.h"

namespace penstock {
namespace {

TEST(ConnectionIdTest, NamesItsWorkerToWhoeverHasTheSecretAndToNobodyElse) {
  const ServerSecret::Key key = ServerSecret::random_key().value();
  ServerSecret secret = ServerSecret::create(key).value();
  const ServerSecret same = ServerSecret::create(key).value();
  const ServerSecret other = ServerSecret::create(ServerSecret::random_key().value()).value();
  for (const unsigned number : {0U, 1U, 255U, 256U, 65535U}) {
    const auto worker = static_cast<uint16_t>(number);
    const ConnectionId id = secret.new_id(worker);
    EXPECT_EQ(id.bytes_used, ServerSecret::kConnectionIdBytes);
    EXPECT_EQ(secret.worker_of(id), worker);
    EXPECT_EQ(same.worker_of(id), worker);
    EXPECT_EQ(other.worker_of(id), std::nullopt);
  }
}

TEST(ConnectionIdTest, IdsOfOneWorkerHaveNothingInCommon) {
  ServerSecret secret = ServerSecret::create(ServerSecret::random_key().value()).value();
  std::array<std::set<uint8_t>, ServerSecret::kConnectionIdBytes> seen;
  for (int i = 0; i < 500; ++i) {
    const ConnectionId id = secret.new_id(3);
    for (size_t at = 0; at < seen.size(); ++at) seen[at].insert(id.bytes[at]);
  }
  for (const auto& values : seen) EXPECT_GT(values.size(), 150U);
}

TEST(ConnectionIdTest, IdsThatOthersChoseAreNobodys) {
  ServerSecret secret = ServerSecret::create(ServerSecret::random_key().value()).value();
  ConnectionId id = secret.new_id(1);
  for (size_t bit = 0; bit < ServerSecret::kConnectionIdBytes * 8; ++bit) {
    ConnectionId altered = id;
    altered.bytes[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    EXPECT_EQ(secret.worker_of(altered), std::nullopt) << bit;
  }
  id.bytes_used = 15;
  EXPECT_EQ(secret.worker_of(id), std::nullopt);
  EXPECT_EQ(secret.worker_of(ConnectionId()), std::nullopt);
}

TEST(ConnectionIdTest, ResetTokensHangOnTheIdAndTheSecret) {
  const ServerSecret::Key key = ServerSecret::random_key().value();
  ServerSecret secret = ServerSecret::create(key).value();
  const ServerSecret same = ServerSecret::create(key).value();
  const ConnectionId one = secret.new_id(1);
  std::array<uint8_t, NGTCP2_STATELESS_RESET_TOKENLEN> token{};
  std::array<uint8_t, NGTCP2_STATELESS_RESET_TOKENLEN> again{};
  secret.reset_token(one, token);
  same.reset_token(one, again);
  EXPECT_EQ(token, again);
  secret.reset_token(secret.new_id(1), again);
  EXPECT_NE(token, again);
}

TEST(ConnectionIdTest, HashesDependOnEveryByteAndOnTheKey) {
  const ConnectionIdHash hash{123, 456};
  const std::array<uint8_t, NGTCP2_MAX_CIDLEN> zeros{};
  std::set<size_t> seen;
  for (size_t bytes = 0; bytes <= zeros.size(); ++bytes)
    seen.insert(hash(ConnectionId(Bytes(zeros).first(bytes))));
  for (size_t at = 0; at < zeros.size(); ++at) {
    auto altered = zeros;
    altered[at] = 1;
    seen.insert(hash(ConnectionId(Bytes(altered))));
  }
  EXPECT_EQ(seen.size(), 2 * zeros.size() + 1);
  EXPECT_NE(hash(ConnectionId(Bytes(zeros))), (ConnectionIdHash{124, 456}(ConnectionId(Bytes(zeros)))));
}

}  // namespace
}  // namespace penstock
