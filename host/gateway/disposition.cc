// SPDX-License-Identifier: Apache-2.0
#include "gateway/disposition.h"

#include <algorithm>

#include "dag/utf8.h"
#include "gateway/percent_text.h"

namespace penstock {
namespace {

constexpr size_t kNameBytesMax = 255;

bool plain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '%' && c != '/';
}

// As much of it as a file system takes, without half a letter at the end.
std::string_view cut(std::string_view name) {
  if (name.size() <= kNameBytesMax) return name;
  size_t end = kNameBytesMax;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
  return name.substr(0, end);
}

}  // namespace

std::string disposition(bool attachment, std::string_view file_name) {
  std::string text = attachment ? "attachment" : "inline";
  if (file_name.empty()) return text;
  const std::string_view name = cut(file_name);
  const bool utf8 = valid_utf8(name);
  std::string ascii;
  size_t left = 0;
  for (const char c : name) {
    // One '_' a letter, not one a byte.
    if (utf8 && (static_cast<unsigned char>(c) & 0xc0) == 0x80) continue;
    ascii.push_back(plain(c) ? c : '_');
    if (!plain(c)) ++left;
  }
  text += "; filename=\"" + ascii + "\"";
  if (left > 0 && utf8) text += "; filename*=UTF-8''" + percent_encoded(name);
  return text;
}

}  // namespace penstock
