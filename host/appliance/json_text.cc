// SPDX-License-Identifier: Apache-2.0
#include "appliance/json_text.h"

#include "dag/utf8.h"

namespace penstock {
namespace {

std::string hex_text(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

std::string dump(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void set_text(Json& object, const std::string& key, std::string_view bytes) {
  object[key] = std::string(bytes);
  if (!valid_utf8(bytes)) object[key + "_bytes"] = hex_text(bytes);
}

void print_json(Console& console, const Json& value) {
  console.print(dump(value, 2) + "\n");
}

void JsonArray::add(const Json& element) {
  console_->print(empty_ ? "[\n  " : ",\n  ");
  console_->print(dump(element, -1));
  empty_ = false;
}

void JsonArray::finish() {
  console_->print(empty_ ? "[]\n" : "\n]\n");
}

}  // namespace penstock
