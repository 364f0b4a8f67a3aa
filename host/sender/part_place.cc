// SPDX-License-Identifier: Apache-2.0
#include "sender/part_place.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace penstock {
namespace {

constexpr std::string_view kUploadsPath = "/uploads/";
constexpr size_t kPathBytesMax = 200;

}  // namespace

std::optional<PartPlace> parse_part_place(const HttpResponse& answer, const std::string& asked_path) {
  const std::string_view offset = find_field(answer.fields, "upload-offset").value_or("");
  uint64_t bytes = 0;
  const auto [end, error] = std::from_chars(offset.data(), offset.data() + offset.size(), bytes);
  if (error != std::errc() || end != offset.data() + offset.size()) return std::nullopt;
  PartPlace place{asked_path, bytes};
  if (place.path.empty()) place.path = find_field(answer.fields, "location").value_or("");
  const bool plain = place.path.starts_with(kUploadsPath) && place.path.size() <= kPathBytesMax &&
                     std::ranges::all_of(place.path, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!plain) return std::nullopt;
  return place;
}

}  // namespace penstock
