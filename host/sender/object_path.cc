// SPDX-License-Identifier: Apache-2.0
#include "sender/object_path.h"

namespace penstock {
namespace {

bool stays(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/").find(c) != std::string_view::npos;
}

}  // namespace

std::string object_path(std::string_view name) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string path = "/objects/";
  for (const char c : name) {
    if (stays(c)) {
      path += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      path += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return path;
}

}  // namespace penstock
