// SPDX-License-Identifier: Apache-2.0
#include "chunking/zero_bytes.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace penstock {
namespace {

constexpr size_t kWord = sizeof(uint64_t);
constexpr size_t kBlock = 8 * kWord;
constexpr size_t kPage = 16 * kBlock;

bool block_is_zero(const uint8_t* block) {
  uint64_t any = 0;
  for (size_t i = 0; i < kBlock; i += kWord) any |= load_le<uint64_t>(block + i);
  return any == 0;
}

// The C library compares with the widest vectors that the CPU has.
bool page_is_zero(const uint8_t* page) {
  alignas(64) static constexpr std::array<uint8_t, kPage> kZeros{};
  return std::memcmp(page, kZeros.data(), kPage) == 0;
}

}  // namespace

size_t leading_zero_bytes(Bytes bytes) {
  const uint8_t* const data = bytes.data();
  size_t at = 0;
  while (bytes.size() - at >= kPage && page_is_zero(data + at)) at += kPage;
  while (bytes.size() - at >= kBlock && block_is_zero(data + at)) at += kBlock;
  for (; bytes.size() - at >= kWord; at += kWord) {
    const auto word = load_le<uint64_t>(data + at);
    if (word != 0) return at + static_cast<size_t>(std::countr_zero(word)) / 8;
  }
  while (at < bytes.size() && data[at] == 0) ++at;
  return at;
}

size_t trailing_zero_bytes(Bytes bytes) {
  const uint8_t* const data = bytes.data();
  size_t left = bytes.size();
  while (left >= kPage && page_is_zero(data + left - kPage)) left -= kPage;
  while (left >= kBlock && block_is_zero(data + left - kBlock)) left -= kBlock;
  for (; left >= kWord; left -= kWord) {
    const auto word = load_le<uint64_t>(data + left - kWord);
    if (word != 0) return bytes.size() - left + static_cast<size_t>(std::countl_zero(word)) / 8;
  }
  while (left > 0 && data[left - 1] == 0) --left;
  return bytes.size() - left;
}

}  // namespace penstock
