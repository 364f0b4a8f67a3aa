// SPDX-License-Identifier: Apache-2.0
#include "http/http_message.h"

#include <algorithm>

namespace penstock {

std::optional<std::string_view> find_field(const std::vector<HttpField>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &HttpField::name);
  if (found == fields.end()) return std::nullopt;
  return found->value;
}

}  // namespace penstock
