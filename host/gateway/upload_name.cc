// SPDX-License-Identifier: Apache-2.0
#include "gateway/upload_name.h"

#include <algorithm>

#include "dag/utf8.h"
#include "gateway/percent_text.h"

namespace penstock {
namespace {

// C1 controls (U+0080 to U+009F) are two bytes, the first 0xc2.
bool has_control(std::string_view utf8) {
  for (size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte == 0xc2 && static_cast<unsigned char>(utf8[i + 1]) < 0xa0) return true;
  }
  return false;
}

tl::unexpected<Refusal> bad_name(const char* why) {
  return refuse(400, "the object's name", why, "send it to /objects/NAME, its name percent-encoded");
}

}  // namespace

OrRefusal<std::string> parse_upload_name(std::string_view encoded) {
  auto name = percent_decoded(encoded);
  if (!name) return bad_name("a '%' without two hexadecimal digits");
  if (name->empty()) return bad_name("it is empty");
  if (name->size() > kUploadNameBytesMax) return bad_name("it is longer than 1,024 bytes");
  if (!valid_utf8(*name)) return bad_name("it is not UTF-8");
  if (has_control(*name)) return bad_name("it has a control character in it");
  for (std::string_view rest = *name;;) {
    const size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, slash);
    if (part.empty()) return bad_name("a part of it between '/' is empty");
    if (part == "." || part == "..") return bad_name("a part of it is '.' or '..'");
    if (slash == rest.size()) return std::move(*name);
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace penstock
