// SPDX-License-Identifier: Apache-2.0
#include "quic/server_secret.h"

#include <gnutls/gnutls.h>
#include <ngtcp2/ngtcp2_crypto.h>

#include <cstring>
#include <string_view>

#include "base/check.h"

namespace penstock {
namespace {

constexpr size_t kBlock = ServerSecret::kConnectionIdBytes;
// In front of what is random in an id: worker, and a mark by which ids that others chose are told from ours.
constexpr uint32_t kMark = 0x70656e73;
constexpr size_t kMarkAt = 2;
constexpr size_t kRandomAt = kMarkAt + sizeof kMark;

Result<ServerSecret::Key> derive(const ServerSecret::Key& key, std::string_view purpose) {
  ServerSecret::Key derived{};
  if (const int code = gnutls_hmac_fast(GNUTLS_MAC_SHA256, key.data(), key.size(), purpose.data(),
                                        purpose.size(), derived.data());
      code < 0)
    return fail_tls("server secret", code);
  return derived;
}

// One block of CBC with no vector is AES itself.
constexpr std::array<uint8_t, kBlock> kNoVector{};

}  // namespace

Result<ServerSecret::Key> ServerSecret::random_key() {
  Key key{};
  if (const int code = gnutls_rnd(GNUTLS_RND_KEY, key.data(), key.size()); code < 0)
    return fail_tls("server secret", code);
  return key;
}

Result<ServerSecret> ServerSecret::create(const Key& key) {
  ServerSecret secret;
  PENSTOCK_TRY_ASSIGN(secret.reset_key_, derive(key, "penstock stateless reset"));
  PENSTOCK_TRY_ASSIGN(secret.retry_key_, derive(key, "penstock retry"));
  PENSTOCK_TRY_ASSIGN(secret.hash_key_, derive(key, "penstock tables"));
  PENSTOCK_TRY_ASSIGN(Key ids, derive(key, "penstock connection ids"));
  const gnutls_datum_t cipher_key{ids.data(), kBlock};
  gnutls_cipher_hd_t cipher = nullptr;
  if (const int code = gnutls_cipher_init(&cipher, GNUTLS_CIPHER_AES_128_CBC, &cipher_key, nullptr); code < 0)
    return fail_tls("server secret", code);
  secret.cipher_.reset(cipher);
  return secret;
}

ConnectionId ServerSecret::new_id(uint16_t worker) {
  std::array<uint8_t, kBlock> block{};
  store_le(block.data(), worker);
  store_le(block.data() + kMarkAt, kMark);
  PENSTOCK_CHECK(gnutls_rnd(GNUTLS_RND_NONCE, block.data() + kRandomAt, kBlock - kRandomAt) == 0);
  auto vector = kNoVector;
  gnutls_cipher_set_iv(cipher_.get(), vector.data(), vector.size());
  PENSTOCK_CHECK(gnutls_cipher_encrypt(cipher_.get(), block.data(), block.size()) == 0);
  return ConnectionId(Bytes(block));
}

std::optional<uint16_t> ServerSecret::worker_of(const ConnectionId& id) const {
  if (id.bytes_used != kBlock) return std::nullopt;
  std::array<uint8_t, kBlock> block{};
  std::memcpy(block.data(), id.bytes.data(), kBlock);
  auto vector = kNoVector;
  gnutls_cipher_set_iv(cipher_.get(), vector.data(), vector.size());
  PENSTOCK_CHECK(gnutls_cipher_decrypt(cipher_.get(), block.data(), block.size()) == 0);
  if (load_le<uint32_t>(block.data() + kMarkAt) != kMark) return std::nullopt;
  return load_le<uint16_t>(block.data());
}

void ServerSecret::reset_token(const ConnectionId& id,
                               std::span<uint8_t, NGTCP2_STATELESS_RESET_TOKENLEN> token) const {
  const ngtcp2_cid raw = id.raw();
  PENSTOCK_CHECK(ngtcp2_crypto_generate_stateless_reset_token(token.data(), reset_key_.data(),
                                                              reset_key_.size(), &raw) == 0);
}

ConnectionIdHash ServerSecret::id_hash() const {
  return {load_le<uint64_t>(hash_key_.data()), load_le<uint64_t>(hash_key_.data() + sizeof(uint64_t))};
}

}  // namespace penstock
