// SPDX-License-Identifier: Apache-2.0
#include "dag/multibase.h"

#include <algorithm>

namespace penstock {
namespace {

constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr size_t kBase58LettersMax = 64;

}  // namespace

std::string base32_text(Bytes bytes) {
  std::string text;
  text.reserve((bytes.size() * 8 + 4) / 5);
  uint32_t pending = 0;
  unsigned bits = 0;
  for (const uint8_t byte : bytes) {
    pending = (pending << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text.push_back(kBase32[(pending >> (bits - 5)) & 31]);
  }
  if (bits > 0) text.push_back(kBase32[(pending << (5 - bits)) & 31]);
  return text;
}

std::optional<std::vector<uint8_t>> base32_bytes(std::string_view text) {
  std::vector<uint8_t> bytes;
  bytes.reserve(text.size() * 5 / 8);
  uint32_t pending = 0;
  unsigned bits = 0;
  for (const char letter : text) {
    const size_t value = kBase32.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    pending = (pending << 5) | static_cast<uint32_t>(value);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<uint8_t>(pending >> bits));
  }
  // A whole letter left over, or padding bits that are set, would be a second text of the same bytes.
  if (bits >= 5 || (pending & ((1u << bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

std::optional<std::vector<uint8_t>> base58_bytes(std::string_view text) {
  if (text.size() > kBase58LettersMax) return std::nullopt;
  std::vector<uint8_t> number;  // base 256, least significant first
  for (const char letter : text) {
    const size_t value = kBase58.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    uint32_t carry = static_cast<uint32_t>(value);
    for (uint8_t& byte : number) {
      carry += byte * 58u;
      byte = static_cast<uint8_t>(carry);
      carry >>= 8;
    }
    if (carry > 0) number.push_back(static_cast<uint8_t>(carry));
  }
  // Each leading '1' stands for a zero byte.
  const size_t zeros = std::min(text.find_first_not_of('1'), text.size());
  number.resize(number.size() + zeros);
  std::reverse(number.begin(), number.end());
  return number;
}

}  // namespace penstock
