// SPDX-License-Identifier: Apache-2.0
#include "dag/entry_name.h"

#include <cstdint>

#include "dag/utf8.h"

namespace penstock {

std::string entry_name_fault(std::string_view name) {
  if (name.empty()) return "its name is empty";
  if (name == "." || name == "..") return "its name leads to another directory";
  if (name.find('/') != std::string_view::npos) return "its name has a '/' in it";
  if (name.find('\0') != std::string_view::npos) return "its name has a NUL byte in it";
  if (name.size() > kEntryNameBytesMax) return "its name is longer than 4,096 bytes";
  return {};
}

std::string symlink_target_fault(std::string_view target) {
  if (target.empty()) return "its target is empty";
  if (target.find('\0') != std::string_view::npos) return "its target has a NUL byte in it";
  if (target.size() > kSymlinkTargetBytesMax) return "its target is longer than 65,536 bytes";
  return {};
}

std::string printable(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  while (!bytes.empty()) {
    const size_t sequence = utf8_sequence_bytes(bytes);
    const auto lead = static_cast<uint8_t>(bytes[0]);
    // C1 controls (U+0080 to U+009F) drive terminals just as C0 do.
    const bool control = lead < 0x20 || lead == 0x7f ||
                         (lead == 0xc2 && sequence == 2 && static_cast<uint8_t>(bytes[1]) < 0xa0);
    if (sequence == 0 || control) {
      for (size_t i = 0; i < (sequence == 0 ? 1 : sequence); ++i) {
        const auto byte = static_cast<uint8_t>(bytes[i]);
        text += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
      }
    } else {
      if (lead == '\\' || lead == '\'') text.push_back('\\');
      text.append(bytes.substr(0, sequence));
    }
    bytes.remove_prefix(sequence == 0 ? 1 : sequence);
  }
  return text;
}

}  // namespace penstock
