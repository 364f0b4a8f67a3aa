// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace penstock {

// The parameters of a query, decoded: NAME=VALUE, joined by '&', a '+' for a space. A parameter without '='
// has an empty value.
class QueryText {
 public:
  static constexpr size_t kParametersMax = 64;

  // Nothing: a malformed percent-encoding, a parameter twice (whoever caches might take the other one), or
  // more of them than kParametersMax.
  static std::optional<QueryText> parse(std::string_view text);

  std::optional<std::string_view> find(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace penstock
