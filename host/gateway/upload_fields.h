// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/refusal.h"
#include "http/http_message.h"

namespace penstock {

inline constexpr std::string_view kPartialUploadMediaType = "application/partial-upload";

// What a request says of an upload in parts (draft-ietf-httpbis-resumable-upload). Each only where the field
// is there.
struct UploadFields {
  std::optional<bool> complete;    // Upload-Complete: the object ends with this body
  std::optional<uint64_t> offset;  // Upload-Offset: where the body goes on
  std::optional<uint64_t> bytes;   // Upload-Length: of the whole object
};

// Refused with 400: a field that is there twice, or is malformed.
OrRefusal<UploadFields> parse_upload_fields(const HttpRequest& request);

// Items of structured fields (RFC 9651), without parameters: up to 15 digits; "?0" and "?1".
std::optional<uint64_t> parse_field_integer(std::string_view text);
std::optional<bool> parse_field_boolean(std::string_view text);

}  // namespace penstock
