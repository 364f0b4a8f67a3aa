// SPDX-License-Identifier: Apache-2.0
// FIPS 180-4, section 6.2, written to be read beside it; its names are the standard's.
#include <array>
#include <bit>
#include <cstdint>

#include "base/check.h"
#include "hash/sha256_constants.h"
#include "hash/sha256_implementations.h"
#include "hash/sha256_tail.h"

namespace penstock {
namespace {

using State = std::array<uint32_t, 8>;

uint32_t Ch(uint32_t x, uint32_t y, uint32_t z) {
  return (x & y) ^ (~x & z);
}
uint32_t Maj(uint32_t x, uint32_t y, uint32_t z) {
  return (x & y) ^ (x & z) ^ (y & z);
}
uint32_t Sigma0(uint32_t x) {
  return std::rotr(x, 2) ^ std::rotr(x, 13) ^ std::rotr(x, 22);
}
uint32_t Sigma1(uint32_t x) {
  return std::rotr(x, 6) ^ std::rotr(x, 11) ^ std::rotr(x, 25);
}
uint32_t sigma0(uint32_t x) {
  return std::rotr(x, 7) ^ std::rotr(x, 18) ^ (x >> 3);
}
uint32_t sigma1(uint32_t x) {
  return std::rotr(x, 17) ^ std::rotr(x, 19) ^ (x >> 10);
}

void compress(State& H, const uint8_t* block) {
  std::array<uint32_t, 64> W;
  for (size_t t = 0; t < 16; ++t) W[t] = __builtin_bswap32(load_le<uint32_t>(block + 4 * t));
  for (size_t t = 16; t < 64; ++t) W[t] = sigma1(W[t - 2]) + W[t - 7] + sigma0(W[t - 15]) + W[t - 16];

  auto [a, b, c, d, e, f, g, h] = H;
  for (size_t t = 0; t < 64; ++t) {
    const uint32_t T1 = h + Sigma1(e) + Ch(e, f, g) + kSha256RoundConstants[t] + W[t];
    const uint32_t T2 = Sigma0(a) + Maj(a, b, c);
    h = g;
    g = f;
    f = e;
    e = d + T1;
    d = c;
    c = b;
    b = a;
    a = T1 + T2;
  }
  H[0] += a;
  H[1] += b;
  H[2] += c;
  H[3] += d;
  H[4] += e;
  H[5] += f;
  H[6] += g;
  H[7] += h;
}

Digest digest_one(Bytes message) {
  State H = kSha256InitialState;
  const size_t whole = message.size() / kSha256BlockBytes;
  for (size_t i = 0; i < whole; ++i) compress(H, message.data() + i * kSha256BlockBytes);
  Sha256Tail tail;
  tail.set(message);
  for (size_t i = 0; i < tail.blocks; ++i) compress(H, tail.bytes.data() + i * kSha256BlockBytes);

  Digest digest;
  for (size_t i = 0; i < H.size(); ++i) store_le(digest.bytes.data() + 4 * i, __builtin_bswap32(H[i]));
  return digest;
}

class Sha256Reference final : public Sha256Path {
 public:
  std::string_view name() const override { return "reference"; }
  bool supported() const override { return true; }

  void digest(std::span<const Bytes> messages, std::span<Digest> digests) const override {
    PENSTOCK_CHECK(messages.size() == digests.size());
    for (size_t i = 0; i < messages.size(); ++i) digests[i] = digest_one(messages[i]);
  }
};

}  // namespace

const Sha256Path& sha256_reference_path() {
  static const Sha256Reference path;
  return path;
}

}  // namespace penstock
