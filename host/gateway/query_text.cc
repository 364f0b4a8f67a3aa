// SPDX-License-Identifier: Apache-2.0
#include "gateway/query_text.h"

#include <algorithm>

#include "gateway/percent_text.h"

namespace penstock {
namespace {

std::optional<std::string> decoded(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return percent_decoded(spaced);
}

}  // namespace

std::optional<QueryText> QueryText::parse(std::string_view text) {
  QueryText query;
  while (!text.empty()) {
    const size_t end = std::min(text.find('&'), text.size());
    const std::string_view parameter = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (parameter.empty()) continue;
    const size_t equals = std::min(parameter.find('='), parameter.size());
    auto name = decoded(parameter.substr(0, equals));
    auto value = decoded(parameter.substr(std::min(equals + 1, parameter.size())));
    if (!name || !value || query.find(*name) || query.parameters_.size() == kParametersMax)
      return std::nullopt;
    query.parameters_.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

std::optional<std::string_view> QueryText::find(std::string_view name) const {
  for (const auto& [known, value] : parameters_)
    if (known == name) return value;
  return std::nullopt;
}

}  // namespace penstock
