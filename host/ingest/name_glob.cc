// SPDX-License-Identifier: Apache-2.0
#include "ingest/name_glob.h"

#include <algorithm>
#include <utility>

namespace penstock {
namespace {

// Behind the last code point: bytes that are no UTF-8.
constexpr uint32_t kLooseByte = 0x110000;

constexpr const char* kRemedy = "write \\ before a character that is to stand for itself";

uint8_t byte_at(std::string_view text, size_t at) {
  return static_cast<uint8_t>(text[at]);
}

// How many bytes the character has that begins with `first`; 0: none does.
size_t character_bytes(uint8_t first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

// The character at `at`, which it goes past (RFC 3629).
uint32_t take_character(std::string_view text, size_t& at) {
  const uint8_t first = byte_at(text, at);
  const size_t bytes = character_bytes(first);
  if (bytes == 1) return text[at++];
  static constexpr uint32_t kLowest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (bytes > 1 && text.size() - at >= bytes) {
    uint32_t character = first & (0x7Fu >> bytes);
    bool whole = true;
    for (size_t i = 1; i < bytes; ++i) {
      const uint8_t next = byte_at(text, at + i);
      whole = whole && (next & 0xC0) == 0x80;
      character = character << 6 | (next & 0x3Fu);
    }
    const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
    if (whole && character >= kLowest[bytes] && character < kLooseByte && !surrogate) {
      at += bytes;
      return character;
    }
  }
  ++at;
  return kLooseByte + first;
}

uint32_t lower(uint32_t character) {
  return character >= 'A' && character <= 'Z' ? character + ('a' - 'A') : character;
}

uint32_t upper(uint32_t character) {
  return character >= 'a' && character <= 'z' ? character - ('a' - 'A') : character;
}

Failure malformed(std::string_view text, std::string why) {
  return fail(Errc::usage, "pattern " + std::string(text), std::move(why), kRemedy);
}

// A member of a set, or an end of a range.
Result<uint32_t> take_member(std::string_view text, size_t& at) {
  if (at < text.size() && (text[at] == '-' || text[at] == ']'))
    return malformed(text, "has a set with - or ] in a member's place");
  if (at < text.size() && text[at] == '\\') ++at;
  if (at >= text.size()) return malformed(text, "has a [ without its ]");
  return take_character(text, at);
}

}  // namespace

Result<NameGlob> NameGlob::parse(std::string_view text, bool ignore_case) {
  NameGlob glob;
  glob.ignore_case_ = ignore_case;
  glob.is_literal_ = !ignore_case;
  for (size_t at = 0; at < text.size();) {
    Item item;
    switch (text[at]) {
      case '*':
        ++at;
        // Several in a row are as good as one.
        if (!glob.items_.empty() && glob.items_.back().kind == Item::Kind::any_row) continue;
        item.kind = Item::Kind::any_row;
        break;
      case '?':
        ++at;
        item.kind = Item::Kind::any_one;
        break;
      case '[':
        PENSTOCK_TRY(glob.add_set(text, at));
        glob.is_literal_ = false;
        continue;
      case '\\':
        if (++at == text.size()) return malformed(text, "ends in a \\");
        [[fallthrough]];
      default: {
        const size_t begin = at;
        item.character = take_character(text, at);
        glob.literal_.append(text.substr(begin, at - begin));
        break;
      }
    }
    glob.is_literal_ = glob.is_literal_ && item.kind == Item::Kind::character;
    glob.items_.push_back(std::move(item));
  }
  return glob;
}

Status NameGlob::add_set(std::string_view text, size_t& at) {
  Item item;
  item.kind = Item::Kind::set;
  ++at;
  item.inverted = at < text.size() && text[at] == '^';
  if (item.inverted) ++at;
  while (item.ranges.empty() || at >= text.size() || text[at] != ']') {
    PENSTOCK_TRY_ASSIGN(const uint32_t low, take_member(text, at));
    uint32_t high = low;
    if (at < text.size() && text[at] == '-') {
      ++at;
      PENSTOCK_TRY_ASSIGN(high, take_member(text, at));
    }
    if (high < low) return malformed(text, "has a range that runs backwards");
    item.ranges.push_back({low, high});
  }
  ++at;
  items_.push_back(std::move(item));
  return {};
}

bool NameGlob::takes(const Item& item, uint32_t character) const {
  const auto among = [&](uint32_t one) {
    return std::ranges::any_of(item.ranges,
                               [one](const Range& range) { return range.low <= one && one <= range.high; });
  };
  switch (item.kind) {
    case Item::Kind::character:
      return item.character == character || (ignore_case_ && lower(item.character) == lower(character));
    case Item::Kind::set:
      return (among(character) || (ignore_case_ && (among(lower(character)) || among(upper(character))))) !=
             item.inverted;
    case Item::Kind::any_one:
    case Item::Kind::any_row:
      break;
  }
  return true;
}

// Where the rest does not match, the last * alone takes one more character: what the ones before it took
// can stay as it is.
bool NameGlob::matches(std::string_view name) const {
  if (is_literal_) return name == literal_;
  size_t at = 0;
  size_t item = 0;
  size_t row = items_.size();  // the last * met; none yet
  size_t row_end = 0;
  while (at < name.size()) {
    if (item < items_.size() && items_[item].kind == Item::Kind::any_row) {
      row = item++;
      row_end = at;
      continue;
    }
    size_t behind = at;
    const uint32_t character = take_character(name, behind);
    if (item < items_.size() && takes(items_[item], character)) {
      at = behind;
      ++item;
      continue;
    }
    if (row == items_.size()) return false;
    take_character(name, row_end);
    at = row_end;
    item = row + 1;
  }
  while (item < items_.size() && items_[item].kind == Item::Kind::any_row) ++item;
  return item == items_.size();
}

}  // namespace penstock
