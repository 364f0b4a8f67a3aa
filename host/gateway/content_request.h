// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "gateway/car_choice.h"
#include "gateway/content_format.h"
#include "gateway/content_path.h"
#include "gateway/range_field.h"
#include "gateway/refusal.h"
#include "http/http_message.h"

namespace penstock {

// A GET or HEAD of /ipfs/…, understood. Nothing of the store was looked at.
struct ContentRequest {
  ContentPath path;
  std::string path_text;   // as it was sent: "/ipfs/…", ASCII
  std::string query_text;  // as it was sent
  ContentFormat format = ContentFormat::native;
  bool format_in_query = false;  // else the Accept field chose it
  CarChoice car;
  std::optional<RangeField> range;
  std::string if_range;
  std::string if_none_match;
  std::string file_name;  // the query's, to save under; may be empty
  bool download = false;
  bool only_if_cached = false;
  bool head = false;
};

// Refused with 400 or 406.
OrRefusal<ContentRequest> parse_content_request(const HttpRequest& request);

}  // namespace penstock
