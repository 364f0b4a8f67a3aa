// SPDX-License-Identifier: Apache-2.0
#include "gateway/accept_field.h"

#include <algorithm>
#include <array>
#include <string>

namespace penstock {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes what stands before the next `separator`, trimmed. No quoted text of any use has one in it.
std::string_view take_part(std::string_view& text, char separator) {
  const size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = trimmed(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return out;
}

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

// In thousandths; what is malformed counts as 1.
unsigned quality(std::string_view text) {
  if (text.empty() || text[0] != '0') return 1000;
  unsigned value = 0;
  unsigned place = 100;
  for (size_t i = 2; i < text.size() && i < 5; ++i, place /= 10) {
    if (text[i] < '0' || text[i] > '9') return 1000;
    value += static_cast<unsigned>(text[i] - '0') * place;
  }
  return value;
}

struct Known {
  std::string_view media_type;
  ContentFormat format;
  bool offered;
};

constexpr std::array kKnown = {
    Known{"application/vnd.ipld.raw", ContentFormat::raw, true},
    Known{"application/vnd.ipld.car", ContentFormat::car, true},
    Known{"application/json", ContentFormat::json, true},
    Known{"application/vnd.ipld.dag-cbor", ContentFormat::dag_cbor, true},
    Known{"application/cbor", ContentFormat::dag_cbor, true},
    Known{"application/vnd.ipld.dag-json", ContentFormat::native, false},
    Known{"application/x-tar", ContentFormat::native, false},
    Known{"application/vnd.ipfs.ipns-record", ContentFormat::native, false},
};

struct Wish {
  AcceptedFormat accepted;
  unsigned quality = 1000;
  bool offered = true;
};

Wish parse_wish(std::string_view range) {
  Wish wish;
  const std::string media_type = lower(take_part(range, ';'));
  const auto known = std::ranges::find(kKnown, media_type, &Known::media_type);
  if (known != kKnown.end()) {
    wish.accepted.format = known->format;
    wish.offered = known->offered;
  }
  const bool car = wish.accepted.format == ContentFormat::car;
  while (!range.empty()) {
    std::string_view value = take_part(range, ';');
    const std::string name = lower(take_part(value, '='));
    value = unquoted(value);
    if (name == "q") wish.quality = quality(value);
    if (!car) continue;
    if (name == "version" && value != "1") wish.offered = false;
    if (name == "order" && value != "dfs" && value != "unk") wish.offered = false;
    if (name == "dups" && value != "y" && value != "n") wish.offered = false;
    if (name == "dups") wish.accepted.duplicates = value == "y";
  }
  return wish;
}

}  // namespace

std::optional<AcceptedFormat> parse_accept_field(std::string_view text) {
  if (trimmed(text).empty()) return AcceptedFormat{};
  std::optional<Wish> best;
  while (!text.empty()) {
    const std::string_view range = take_part(text, ',');
    if (range.empty()) continue;
    const Wish wish = parse_wish(range);
    if (!wish.offered || wish.quality == 0) continue;
    if (!best || wish.quality > best->quality) best = wish;
  }
  if (!best) return std::nullopt;
  return best->accepted;
}

}  // namespace penstock
