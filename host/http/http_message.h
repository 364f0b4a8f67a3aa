// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace penstock {

// A field of a request or response (RFC 9110, section 5). Names are in lower case.
struct HttpField {
  std::string name;
  std::string value;
};

// The value of the first field of that name; nothing if there is none.
std::optional<std::string_view> find_field(const std::vector<HttpField>& fields, std::string_view name);

// The head of a request, whatever version of HTTP brought it.
struct HttpRequest {
  std::string method;     // "GET"
  std::string path;       // as it was sent, still percent-encoded, without the query; begins with '/'
  std::string query;      // behind the '?', as it was sent
  std::string authority;  // Host
  std::vector<HttpField> fields;
  std::optional<uint64_t> content_bytes;  // Content-Length, where it was given
  bool has_body = false;                  // more than the head may come
};

struct HttpResponse {
  unsigned status = 200;
  std::vector<HttpField> fields;
  std::optional<uint64_t> content_bytes;  // of the body, where it is known beforehand
  bool for_want_of_place = false;         // refused while others have all that there is
};

// Who asks, as far as the transport knows.
struct HttpPeer {
  std::string address;  // NetAddress::text()
  // SHA-256 of the DER of the client's certificate, in lower-case hexadecimal, where it gave one and it is
  // within its time; empty otherwise.
  std::string certificate;
  bool encrypted = false;
  bool loopback = false;
};

}  // namespace penstock
