// SPDX-License-Identifier: Apache-2.0
#include "gateway/entity_tag.h"

#include <algorithm>

namespace penstock {
namespace {

constexpr std::string_view kWeak = "W/";
constexpr std::string_view kBetween = " \t,";

std::string_view without_weak(std::string_view tag) {
  if (tag.starts_with(kWeak)) tag.remove_prefix(kWeak.size());
  return tag;
}

std::string_view skip(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBetween), text.size()));
  return text;
}

}  // namespace

bool none_match_names(std::string_view field, std::string_view tag) {
  const std::string_view wanted = without_weak(tag);
  field = skip(field);
  if (field == "*") return true;
  while (!field.empty()) {
    field = without_weak(field);
    if (!field.starts_with('"')) return false;
    const size_t end = field.find('"', 1);
    if (end == std::string_view::npos) return false;
    if (field.substr(0, end + 1) == wanted) return true;
    field = skip(field.substr(end + 1));
  }
  return false;
}

bool if_range_is(std::string_view field, std::string_view tag) {
  return field == tag && tag.starts_with('"');
}

}  // namespace penstock
