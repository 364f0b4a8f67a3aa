// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "gateway/content_format.h"

namespace penstock {

// What an Accept field leads to (RFC 9110, section 12.5.1).
struct AcceptedFormat {
  ContentFormat format = ContentFormat::native;
  std::optional<bool> duplicates;  // car: its parameter dups, y or n

  friend bool operator==(const AcceptedFormat&, const AcceptedFormat&) = default;
};

// The form that is liked best of those that are offered; of equals the one that stands first. Types that are
// none of content formats (text/html, image/*, */*) mean native. Nothing (406): only content formats are
// named, and none that is offered: a CAR of another version or order, TAR, DAG-JSON.
std::optional<AcceptedFormat> parse_accept_field(std::string_view text);

}  // namespace penstock
