// SPDX-License-Identifier: Apache-2.0
#include "dag/cbor_reader.h"

#include <limits>
#include <string>

#include "dag/utf8.h"

namespace penstock {
namespace {

constexpr unsigned kNatural = 0;
constexpr unsigned kNegative = 1;
constexpr unsigned kBytes = 2;
constexpr unsigned kText = 3;
constexpr unsigned kArray = 4;
constexpr unsigned kMap = 5;
constexpr unsigned kTag = 6;
constexpr uint64_t kLinkTag = 42;
constexpr uint8_t kFalse = 0xf4;
constexpr uint8_t kTrue = 0xf5;
constexpr uint8_t kNull = 0xf6;

Failure malformed(std::string why) {
  return fail(Errc::corrupt, "dag-cbor block", std::move(why));
}

// The order of keys: shorter first, then by bytes.
bool key_before(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

CborReader::Kind CborReader::next() const {
  if (rest_.empty()) return Kind::other;
  switch (rest_[0] >> 5) {
    case kNatural:
      return Kind::natural;
    case kNegative:
      return Kind::negative;
    case kBytes:
      return Kind::bytes;
    case kText:
      return Kind::text;
    case kArray:
      return Kind::array;
    case kMap:
      return Kind::map;
    case kTag:
      return Kind::link;
    default:
      break;
  }
  if (rest_[0] == kNull) return Kind::null;
  return rest_[0] == kFalse || rest_[0] == kTrue ? Kind::boolean : Kind::other;
}

Result<Bytes> CborReader::take(uint64_t count) {
  if (count > rest_.size()) return malformed("it is cut off");
  const Bytes taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

Result<uint64_t> CborReader::head(unsigned major) {
  if (rest_.empty()) return malformed("it is cut off");
  if (unsigned{rest_[0]} >> 5 != major) return malformed("an item of another type than belongs there");
  const unsigned info = rest_[0] & 31;
  rest_ = rest_.subspan(1);
  if (info < 24) return info;
  if (info > 27) return malformed("an item of indefinite or reserved length");
  const size_t width = size_t{1} << (info - 24);
  PENSTOCK_TRY_ASSIGN(const Bytes bytes, take(width));
  uint64_t argument = 0;
  for (const uint8_t byte : bytes) argument = argument << 8 | byte;
  // What fits half the width has a shorter form.
  const uint64_t least = width == 1 ? 24 : uint64_t{1} << (4 * width);
  if (argument < least) return malformed("a number that is not in its shortest form");
  return argument;
}

Result<uint64_t> CborReader::natural(uint64_t max) {
  PENSTOCK_TRY_ASSIGN(const uint64_t value, head(kNatural));
  if (value > max) return malformed("a number that is too large for its place");
  return value;
}

Result<int64_t> CborReader::integer() {
  const bool negative = next() == Kind::negative;
  PENSTOCK_TRY_ASSIGN(const uint64_t magnitude, head(negative ? kNegative : kNatural));
  if (magnitude > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    return malformed("a number that is too large for its place");
  const auto value = static_cast<int64_t>(magnitude);
  return negative ? -1 - value : value;
}

Result<bool> CborReader::boolean() {
  if (next() != Kind::boolean) return malformed("an item of another type than belongs there");
  const bool value = rest_[0] == kTrue;
  rest_ = rest_.subspan(1);
  return value;
}

Result<Bytes> CborReader::bytes() {
  PENSTOCK_TRY_ASSIGN(const uint64_t count, head(kBytes));
  return take(count);
}

Result<std::string_view> CborReader::text() {
  PENSTOCK_TRY_ASSIGN(const uint64_t count, head(kText));
  PENSTOCK_TRY_ASSIGN(const Bytes bytes, take(count));
  if (!valid_utf8(as_text(bytes))) return malformed("a text that is not UTF-8");
  return as_text(bytes);
}

Result<Cid> CborReader::link() {
  PENSTOCK_TRY_ASSIGN(const uint64_t tag, head(kTag));
  if (tag != kLinkTag) return malformed("a tag other than 42");
  PENSTOCK_TRY_ASSIGN(const Bytes taken, bytes());
  if (taken.empty() || taken[0] != 0) return malformed("a link without its leading zero byte");
  const auto cid = parse_binary_cid(taken.subspan(1));
  if (!cid) return malformed("a link: " + cid.error().why);
  return *cid;
}

Result<size_t> CborReader::array() {
  PENSTOCK_TRY_ASSIGN(const uint64_t count, head(kArray));
  if (count > rest_.size()) return malformed("it is cut off");
  return count;
}

Result<size_t> CborReader::map() {
  PENSTOCK_TRY_ASSIGN(const uint64_t count, head(kMap));
  if (count > rest_.size() / 2) return malformed("it is cut off");
  return count;
}

Result<std::string_view> CborReader::key(std::string_view before) {
  PENSTOCK_TRY_ASSIGN(const std::string_view key, text());
  if (!before.empty() && !key_before(before, key))
    return malformed("a map's keys are out of order, or one stands twice");
  return key;
}

Status CborReader::key_is(std::string_view key) {
  PENSTOCK_TRY_ASSIGN(const std::string_view found, text());
  if (found != key) return malformed("a map without its field " + std::string(key));
  return {};
}

bool CborReader::take_null() {
  if (next() != Kind::null) return false;
  rest_ = rest_.subspan(1);
  return true;
}

Status CborReader::end() const {
  if (!rest_.empty()) return malformed("there are bytes behind its item");
  return {};
}

}  // namespace penstock
