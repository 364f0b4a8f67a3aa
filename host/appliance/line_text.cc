// SPDX-License-Identifier: Apache-2.0
#include "appliance/line_text.h"

#include <cstddef>
#include <cstdint>

namespace penstock {
namespace {

void append_escape(std::string& text, unsigned char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (byte) {
    case '\n':
      text += "\\n";
      return;
    case '\r':
      text += "\\r";
      return;
    case '\t':
      text += "\\t";
      return;
    default:
      text += "\\x";
      text += kHex[byte >> 4];
      text += kHex[byte & 15];
  }
}

std::string escaped(std::string_view bytes, bool reversible) {
  std::string text;
  text.reserve(bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    const auto next = static_cast<unsigned char>(i + 1 < bytes.size() ? bytes[i + 1] : 0);
    if (byte < 0x20 || byte == 0x7f) {
      append_escape(text, byte);
    } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {  // C1: U+0080 to U+009F
      append_escape(text, byte);
      append_escape(text, next);
      ++i;
    } else {
      if (reversible && byte == '\\') text += '\\';
      text += bytes[i];
    }
  }
  return text;
}

}  // namespace

std::string line_text(std::string_view bytes) {
  return escaped(bytes, false);
}

std::string name_text(std::string_view name) {
  return escaped(name, true);
}

}  // namespace penstock
