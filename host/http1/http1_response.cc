// SPDX-License-Identifier: Apache-2.0
#include "http1/http1_response.h"

#include <algorithm>
#include <array>

namespace penstock {
namespace {

// Null where one cannot be added.
Http1Response with_fields(Http1Response response, const std::vector<HttpField>& fields,
                          const Http1Site& site) {
  if (!response) return nullptr;
  const auto add = [&response](const char* name, const char* value) {
    return MHD_add_response_header(response.get(), name, value) == MHD_YES;
  };
  for (const HttpField& field : fields)
    if (!is_hop_by_hop(field.name) && !add(field.name.c_str(), field.value.c_str())) return nullptr;
  if (!site.alt_svc.empty() && !add("alt-svc", site.alt_svc.c_str())) return nullptr;
  if (site.draining && !add("connection", "close")) return nullptr;
  return response;
}

// How much of the body is asked for at once. Chunks are written elsewhere.
size_t block_bytes(uint64_t size, bool chunked, const Http1Site& site) {
  if (chunked) return 1;
  return static_cast<size_t>(std::clamp<uint64_t>(size, 1, site.limits.block_bytes));
}

}  // namespace

bool is_hop_by_hop(std::string_view lower_case_name) {
  static constexpr std::array<std::string_view, 6> kNames = {
      "connection", "content-length", "keep-alive", "transfer-encoding", "trailer", "upgrade"};
  return std::ranges::find(kNames, lower_case_name) != kNames.end();
}

Http1Response make_http1_response(const HttpResponse& head, const RequestHead& request, const Http1Site& site,
                                  MHD_ContentReaderCallback reader, void* owner) {
  if (head.status < 200 || head.status > 599) return nullptr;
  const bool no_body = request.request.method == "HEAD" || head.status == 304;
  const uint64_t size = head.content_bytes.value_or(MHD_SIZE_UNKNOWN);
  const bool chunked = !head.content_bytes && !request.of_http10;
  Http1Response response(
      MHD_create_response_from_callback(size, block_bytes(size, chunked, site), reader, owner, nullptr));
  // The library would send the last chunk of a body that must not be sent at all. Without chunks it ends the
  // connection instead.
  if (response && no_body && !head.content_bytes)
    MHD_set_response_options(response.get(), MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
  return with_fields(std::move(response), head.fields, site);
}

Http1Response make_http1_response(const Http1Refusal& refusal, const Http1Site& site) {
  const std::string body = refusal.json();
  Http1Response response(
      MHD_create_response_from_buffer(body.size(), const_cast<char*>(body.data()), MHD_RESPMEM_MUST_COPY));
  return with_fields(std::move(response), {{"content-type", "application/json"}}, site);
}

}  // namespace penstock
