// SPDX-License-Identifier: Apache-2.0
#include "gateway/entity_bytes.h"

#include <algorithm>
#include <charconv>

namespace penstock {
namespace {

std::optional<int64_t> number(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The first byte and the last one; no file is so large that a sign would be short of a bit (kFileBytesMax).
struct Ends {
  int64_t from = 0;
  int64_t last = 0;
};

Ends ends_of(const EntityBytes& wanted, uint64_t bytes) {
  const auto size = static_cast<int64_t>(bytes);
  const auto from_end = [&](int64_t place) { return place < 0 ? size + place : place; };
  return {from_end(wanted.from), wanted.to ? from_end(*wanted.to) : size - 1};
}

}  // namespace

ByteSlice EntityBytes::of(uint64_t bytes) const {
  const Ends ends = ends_of(*this, bytes);
  const int64_t begin = std::max<int64_t>(ends.from, 0);
  const int64_t last = std::min(ends.last, static_cast<int64_t>(bytes) - 1);
  if (begin > last) return {};
  return {static_cast<uint64_t>(begin), static_cast<uint64_t>(last - begin) + 1};
}

bool EntityBytes::outside(uint64_t bytes) const {
  const Ends ends = ends_of(*this, bytes);
  if (to && ends.last < ends.from) return false;  // of length zero, wherever it lies
  return ends.from >= static_cast<int64_t>(bytes) || ends.last < 0;
}

std::optional<EntityBytes> parse_entity_bytes(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto from = number(text.substr(0, colon));
  if (!from) return std::nullopt;
  const std::string_view to = text.substr(colon + 1);
  if (to == "*") return EntityBytes{*from, std::nullopt};
  const auto last = number(to);
  if (!last) return std::nullopt;
  return EntityBytes{*from, *last};
}

}  // namespace penstock
