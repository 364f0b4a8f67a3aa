// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "appliance/console.h"

namespace penstock {

using Json = nlohmann::ordered_json;

// Sets object[key] to `bytes`. JSON holds Unicode alone: where they are not UTF-8, what is not becomes U+FFFD
// there, and object[key + "_bytes"] has all of them as lower-case hex.
void set_text(Json& object, const std::string& key, std::string_view bytes);

// Prints `value` and a newline. Never throws, whatever bytes its strings hold.
void print_json(Console& console, const Json& value);

// One JSON array, printed element by element: memory does not grow with its length.
class JsonArray {
 public:
  explicit JsonArray(Console& console) : console_(&console) {}

  void add(const Json& element);
  void finish();

 private:
  Console* console_;
  bool empty_ = true;
};

}  // namespace penstock
