// SPDX-License-Identifier: Apache-2.0
#include "dag/dag_cbor.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "dag/utf8.h"

namespace penstock {
namespace {

// RFC 8949 section 3: major types, in the upper three bits of an item's first byte.
enum class Major : uint8_t { natural, negative, bytes, text, array, map, tag, simple };

constexpr uint64_t kLinkTag = 42;
constexpr uint8_t kFalse = 0xf4;
constexpr uint8_t kTrue = 0xf5;
constexpr uint8_t kNull = 0xf6;
constexpr uint8_t kFloat64 = 0xfb;

Failure malformed(std::string why) {
  return fail(Errc::corrupt, "dag-cbor block", std::move(why));
}

// The order of keys: shorter first, then by bytes.
bool key_before(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

struct Head {
  Major major = Major::natural;
  uint64_t argument = 0;
};

class Decoder {
 public:
  explicit Decoder(Bytes block) : rest_(block) {}

  Result<CborValue> decode() {
    PENSTOCK_TRY_ASSIGN(CborValue value, take_value(0));
    if (!rest_.empty()) return malformed("there are bytes behind its item");
    return value;
  }

 private:
  Result<CborValue> take_value(unsigned depth) {
    if (depth > kCborDepthMax) return malformed("its items are nested deeper than 32 levels");
    if (rest_.empty()) return malformed("it is cut off");
    if (static_cast<Major>(rest_[0] >> 5) == Major::simple) return take_simple();
    PENSTOCK_TRY_ASSIGN(const Head head, take_head());
    switch (head.major) {
      case Major::natural:
        return CborValue{head.argument};
      case Major::negative:
        return CborValue{CborNegative{head.argument}};
      case Major::bytes: {
        PENSTOCK_TRY_ASSIGN(const Bytes bytes, take(head.argument));
        return CborValue{CborValue::ByteString(bytes.begin(), bytes.end())};
      }
      case Major::text: {
        PENSTOCK_TRY_ASSIGN(std::string text, take_text(head.argument));
        return CborValue{std::move(text)};
      }
      case Major::array:
        return take_array(head.argument, depth);
      case Major::map:
        return take_map(head.argument, depth);
      default:
        return take_link(head.argument);
    }
  }

  Result<Head> take_head() {
    if (rest_.empty()) return malformed("it is cut off");
    const auto major = static_cast<Major>(rest_[0] >> 5);
    const unsigned info = rest_[0] & 31;
    rest_ = rest_.subspan(1);
    if (info < 24) return Head{major, info};
    if (info > 27) return malformed("an item of indefinite or reserved length");
    const size_t width = size_t{1} << (info - 24);
    PENSTOCK_TRY_ASSIGN(const uint64_t argument, take_big_endian(width));
    // What fits half the width has a shorter form.
    const uint64_t least = width == 1 ? 24 : uint64_t{1} << (4 * width);
    if (argument < least) return malformed("a number that is not in its shortest form");
    return Head{major, argument};
  }

  Result<uint64_t> take_big_endian(size_t width) {
    PENSTOCK_TRY_ASSIGN(const Bytes bytes, take(width));
    uint64_t value = 0;
    for (const uint8_t byte : bytes) value = value << 8 | byte;
    return value;
  }

  Result<Bytes> take(uint64_t count) {
    if (count > rest_.size()) return malformed("it is cut off");
    const Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  Result<std::string> take_text(uint64_t count) {
    PENSTOCK_TRY_ASSIGN(const Bytes bytes, take(count));
    if (!valid_utf8(as_text(bytes))) return malformed("a text that is not UTF-8");
    return std::string(as_text(bytes));
  }

  Result<CborValue> take_simple() {
    const uint8_t lead = rest_[0];
    rest_ = rest_.subspan(1);
    if (lead == kNull) return CborValue{};
    if (lead == kFalse || lead == kTrue) return CborValue{lead == kTrue};
    if (lead != kFloat64) return malformed("a simple value or float that dag-cbor does not have");
    PENSTOCK_TRY_ASSIGN(const uint64_t bits, take_big_endian(sizeof(double)));
    const auto number = std::bit_cast<double>(bits);
    if (!std::isfinite(number)) return malformed("a float that is not finite");
    return CborValue{number};
  }

  Result<CborValue> take_array(uint64_t count, unsigned depth) {
    if (count > rest_.size()) return malformed("it is cut off");
    CborValue::Array items;
    items.reserve(count);
    for (; count > 0; --count) {
      PENSTOCK_TRY_ASSIGN(CborValue item, take_value(depth + 1));
      items.push_back(std::move(item));
    }
    return CborValue{std::move(items)};
  }

  Result<CborValue> take_map(uint64_t count, unsigned depth) {
    if (count > rest_.size() / 2) return malformed("it is cut off");
    CborValue::Map items;
    items.reserve(count);
    for (; count > 0; --count) {
      PENSTOCK_TRY_ASSIGN(const Head head, take_head());
      if (head.major != Major::text) return malformed("a map's key that is not text");
      PENSTOCK_TRY_ASSIGN(std::string key, take_text(head.argument));
      if (!items.empty() && !key_before(items.back().key, key))
        return malformed("a map's keys are out of order, or one stands twice");
      PENSTOCK_TRY_ASSIGN(CborValue item, take_value(depth + 1));
      items.push_back({std::move(key), std::move(item)});
    }
    return CborValue{std::move(items)};
  }

  Result<CborValue> take_link(uint64_t tag) {
    if (tag != kLinkTag) return malformed("a tag other than 42");
    PENSTOCK_TRY_ASSIGN(const Head head, take_head());
    if (head.major != Major::bytes) return malformed("a link that is not a byte string");
    PENSTOCK_TRY_ASSIGN(const Bytes bytes, take(head.argument));
    if (bytes.empty() || bytes[0] != 0) return malformed("a link without its leading zero byte");
    const auto cid = parse_binary_cid(bytes.subspan(1));
    if (!cid) return malformed("a link: " + cid.error().why);
    return CborValue{*cid};
  }

  Bytes rest_;
};

class Encoder {
 public:
  Status put(const CborValue& value, unsigned depth) {
    if (depth > kCborDepthMax) return refused("its items are nested deeper than 32 levels");
    return std::visit([&](const auto& item) { return put_item(item, depth); }, value.item);
  }

  std::vector<uint8_t> take() { return std::move(out_); }

 private:
  static Failure refused(std::string why) { return fail(Errc::usage, "dag-cbor value", std::move(why)); }

  void head(Major major, uint64_t argument) {
    const auto lead = static_cast<uint8_t>(static_cast<uint8_t>(major) << 5);
    if (argument < 24) {
      out_.push_back(static_cast<uint8_t>(lead | argument));
      return;
    }
    unsigned width_log = 0;
    while (width_log < 3 && argument >> (8u << width_log) != 0) ++width_log;
    out_.push_back(static_cast<uint8_t>(lead | (24 + width_log)));
    big_endian(argument, size_t{1} << width_log);
  }

  void big_endian(uint64_t value, size_t width) {
    for (size_t i = width; i-- > 0;) out_.push_back(static_cast<uint8_t>(value >> (8 * i)));
  }

  void bytes(Bytes span) { out_.insert(out_.end(), span.begin(), span.end()); }

  Status put_item(std::monostate, unsigned) {
    out_.push_back(kNull);
    return {};
  }
  Status put_item(bool item, unsigned) {
    out_.push_back(item ? kTrue : kFalse);
    return {};
  }
  Status put_item(uint64_t item, unsigned) {
    head(Major::natural, item);
    return {};
  }
  Status put_item(CborNegative item, unsigned) {
    head(Major::negative, item.magnitude);
    return {};
  }
  Status put_item(double item, unsigned) {
    if (!std::isfinite(item)) return refused("a float that is not finite");
    out_.push_back(kFloat64);
    big_endian(std::bit_cast<uint64_t>(item), sizeof item);
    return {};
  }
  Status put_item(const CborValue::ByteString& item, unsigned) {
    head(Major::bytes, item.size());
    bytes(item);
    return {};
  }
  Status put_item(const std::string& item, unsigned) {
    if (!valid_utf8(item)) return refused("a text that is not UTF-8");
    head(Major::text, item.size());
    bytes(as_bytes(item));
    return {};
  }
  Status put_item(const Cid& item, unsigned) {
    head(Major::tag, kLinkTag);
    head(Major::bytes, 1 + Cid::kBinaryBytes);
    out_.push_back(0);
    bytes(item.binary());
    return {};
  }
  Status put_item(const CborValue::Array& items, unsigned depth) {
    head(Major::array, items.size());
    for (const CborValue& item : items) PENSTOCK_TRY(put(item, depth + 1));
    return {};
  }
  Status put_item(const CborValue::Map& items, unsigned depth) {
    std::vector<const CborField*> sorted;
    sorted.reserve(items.size());
    for (const auto& item : items) sorted.push_back(&item);
    std::ranges::sort(sorted, [](const auto* a, const auto* b) { return key_before(a->key, b->key); });
    head(Major::map, items.size());
    for (size_t i = 0; i < sorted.size(); ++i) {
      if (i > 0 && sorted[i - 1]->key == sorted[i]->key) return refused("a map has a key twice");
      PENSTOCK_TRY(put_item(sorted[i]->key, depth));
      PENSTOCK_TRY(put(sorted[i]->value, depth + 1));
    }
    return {};
  }

  std::vector<uint8_t> out_;
};

}  // namespace

Result<CborValue> decode_dag_cbor(Bytes block) {
  return Decoder(block).decode();
}

Result<std::vector<uint8_t>> encode_dag_cbor(const CborValue& value) {
  Encoder encoder;
  PENSTOCK_TRY(encoder.put(value, 0));
  return encoder.take();
}

}  // namespace penstock
