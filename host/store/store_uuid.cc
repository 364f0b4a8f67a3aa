// SPDX-License-Identifier: Apache-2.0
#include "store/store_uuid.h"

#include <sys/random.h>

namespace penstock {
namespace {

constexpr size_t kTextBytes = 36;

bool is_dash(size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

}  // namespace

std::string StoreUuid::text() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (uint8_t byte : bytes) {
    if (is_dash(text.size())) text.push_back('-');
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

Result<StoreUuid> parse_store_uuid(std::string_view text) {
  StoreUuid uuid;
  size_t nibbles = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_dash(i) && text[i] == '-') continue;
    const int value = hex_value(text[i]);
    if (value < 0 || is_dash(i) || nibbles == 2 * uuid.bytes.size()) break;
    uint8_t& byte = uuid.bytes[nibbles++ / 2];
    byte = static_cast<uint8_t>(byte << 4 | value);
  }
  if (text.size() != kTextBytes || nibbles != 2 * uuid.bytes.size()) {
    return fail(Errc::corrupt, "uuid", "is not 8-4-4-4-12 lower-case hexadecimal digits");
  }
  return uuid;
}

Result<StoreUuid> random_store_uuid() {
  StoreUuid uuid;
  if (getrandom(uuid.bytes.data(), uuid.bytes.size(), 0) != static_cast<ssize_t>(uuid.bytes.size())) {
    return fail_errno("random numbers");
  }
  uuid.bytes[6] = static_cast<uint8_t>((uuid.bytes[6] & 0x0f) | 0x40);
  uuid.bytes[8] = static_cast<uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);
  return uuid;
}

}  // namespace penstock
