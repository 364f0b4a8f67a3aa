// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "dag/utf8.h"
#include "gateway/accept_field.h"
#include "gateway/access_token.h"
#include "gateway/allowed_origins.h"
#include "gateway/content_path.h"
#include "gateway/disposition.h"
#include "gateway/entity_bytes.h"
#include "gateway/entity_tag.h"
#include "gateway/gateway_route.h"
#include "gateway/html_text.h"
#include "gateway/percent_text.h"
#include "gateway/query_text.h"
#include "gateway/range_field.h"
#include "gateway/upload_fields.h"
#include "gateway/upload_name.h"
#include "gateway/utc_time.h"

namespace penstock {
namespace {

void check_slices(std::string_view text) {
  for (const uint64_t bytes : {uint64_t{0}, uint64_t{1}, uint64_t{1000}, uint64_t{INT64_MAX}}) {
    if (const auto range = parse_range_field(text)) {
      const auto slice = range->of(bytes);
      PENSTOCK_CHECK(!slice ||
                     (slice->length > 0 && slice->offset < bytes && slice->length <= bytes - slice->offset));
    }
    if (const auto wanted = parse_entity_bytes(text)) {
      const ByteSlice slice = wanted->of(bytes);
      PENSTOCK_CHECK(slice.offset <= bytes && slice.length <= bytes - slice.offset);
      PENSTOCK_CHECK(!wanted->outside(bytes) || slice.length == 0);
    }
  }
}

void check_names(std::string_view text) {
  if (const auto decoded = percent_decoded(text))
    PENSTOCK_CHECK(percent_decoded(percent_encoded(*decoded)).value() == *decoded);
  if (const auto name = parse_upload_name(text)) {
    PENSTOCK_CHECK(!name->empty() && name->size() <= kUploadNameBytesMax && valid_utf8(*name));
    PENSTOCK_CHECK(("/" + *name + "/").find("/../") == std::string::npos);
  }
  if (const auto path = parse_content_path(text)) {
    for (const std::string& segment : path->segments)
      PENSTOCK_CHECK(!segment.empty() && segment != ".." && segment.find('/') == std::string::npos);
  }
}

// What is answered to a page is fit for a head, and what an operator did not list is no page's.
void check_origin(std::string_view text) {
  const std::vector<std::string> listed = {std::string(text)};
  const auto allowed = AllowedOrigins::parse(listed);
  if (!allowed) return;
  for (const char c : text) PENSTOCK_CHECK(c > 0x20 && c < 0x7f && c != ',');
  PENSTOCK_CHECK(allowed->granted(text, GatewayRoute::ipfs) == text);
  PENSTOCK_CHECK(!allowed->granted(listed[0] + ".evil.example", GatewayRoute::objects));
  PENSTOCK_CHECK(!allowed->granted(text, GatewayRoute::metrics));
}

// What is put into heads and pages is fit for them, whatever it was made of.
void check_made(std::string_view text) {
  for (const char c : disposition(false, text)) PENSTOCK_CHECK(c >= 0x20 && c < 0x7f);
  const std::string html = html_text(text);
  PENSTOCK_CHECK(html.find_first_of("<>\"'") == std::string::npos && valid_utf8(html));
}

}  // namespace
}  // namespace penstock

// All that a request's head is taken apart by.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  const std::string_view text = as_text({data, size});
  check_slices(text);
  check_names(text);
  check_made(text);
  check_origin(text);
  (void)QueryText::parse(text);
  (void)parse_accept_field(text);
  (void)gateway_route_takes(gateway_route(text), text);
  (void)none_match_names(text, "\"a\"");
  (void)parse_field_boolean(text);
  if (const auto number = parse_field_integer(text)) PENSTOCK_CHECK(*number < 1'000'000'000'000'000);
  if (const auto token = bearer_token(text)) PENSTOCK_CHECK(token->size() == 56);
  if (const auto time = parse_utc_time(text)) PENSTOCK_CHECK(utc_time_text(*time) == text);
  return 0;
}
