// SPDX-License-Identifier: Apache-2.0
#include "gateway/html_text.h"

#include <cstdint>

#include "dag/utf8.h"

namespace penstock {
namespace {

// U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069: all begin with e2 80 or e2 81.
bool turns_direction(std::string_view letter) {
  if (letter.size() != 3 || letter[0] != '\xe2') return false;
  const auto last = static_cast<uint8_t>(letter[2]);
  if (letter[1] == '\x80') return last == 0x8e || last == 0x8f || (last >= 0xaa && last <= 0xae);
  return letter[1] == '\x81' && last >= 0xa6 && last <= 0xa9;
}

bool is_control(std::string_view letter) {
  const auto lead = static_cast<uint8_t>(letter[0]);
  if (letter.size() == 1) return lead < 0x20 || lead == 0x7f;
  return lead == 0xc2 && static_cast<uint8_t>(letter[1]) < 0xa0;
}

void append_letter(std::string& text, std::string_view letter) {
  switch (letter[0]) {
    case '&':
      text += "&amp;";
      return;
    case '<':
      text += "&lt;";
      return;
    case '>':
      text += "&gt;";
      return;
    case '"':
      text += "&quot;";
      return;
    case '\'':
      text += "&#39;";
      return;
    default:
      text += letter;
  }
}

}  // namespace

std::string html_text(std::string_view bytes) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  while (!bytes.empty()) {
    const size_t sequence = utf8_sequence_bytes(bytes);
    const std::string_view letter = bytes.substr(0, sequence == 0 ? 1 : sequence);
    if (sequence == 0 || is_control(letter) || turns_direction(letter)) {
      for (const char c : letter) {
        const auto byte = static_cast<uint8_t>(c);
        text += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
      }
    } else {
      append_letter(text, letter);
    }
    bytes.remove_prefix(letter.size());
  }
  return text;
}

}  // namespace penstock
