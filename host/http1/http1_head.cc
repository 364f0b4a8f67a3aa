// SPDX-License-Identifier: Apache-2.0
#include "http1/http1_head.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace penstock {
namespace {

constexpr Http1Refusal kMalformed{400, Http1Count::refused_malformed, "the request is malformed",
                                  "send it as RFC 9112 says"};
constexpr Http1Refusal kAmbiguous{
    400, Http1Count::refused_ambiguous,
    "fields that say where the request ends, or whom it is for, contradict each other",
    "send Host, and Content-Length or Transfer-Encoding, once"};
constexpr Http1Refusal kLayout{400, Http1Count::refused_ambiguous,
                               "the head has folded lines, NUL bytes, or lines that do not end in CR LF",
                               "send it as RFC 9112 says"};
constexpr Http1Refusal kLarge{431, Http1Count::refused_large_head,
                              "the head is too large or has too many fields",
                              "send fewer and shorter fields"};
constexpr Http1Refusal kMethod{501, Http1Count::refused_method,
                               "the method or its form of target is not known here", "ask for a path"};
constexpr Http1Refusal kCoding{501, Http1Count::refused_method, "of transfer codings only chunked is known",
                               "send the body in chunks or with its length"};
constexpr Http1Refusal kExpectation{417, Http1Count::refused_expectation,
                                    "of expectations only 100-continue is known", "leave Expect away"};

using Refused = tl::unexpected<Http1Refusal>;

// RFC 9110, section 5.6.2.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr);
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

bool is_target(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

bool is_authority(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return c > 0x20 && c < 0x7f && std::strchr("/?#@,\"\\<>{}|^`", c) == nullptr; });
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::string_view trimmed(std::string_view text) {
  const size_t last = text.find_last_not_of(" \t");
  return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

// The fields, and whether they lie in the buffer as they were sent.
//
// The library forgives what RFC 9112 lets a server refuse, and what other servers see otherwise: a NUL byte
// ends a value or the whole head, a lone line feed ends a line, and a folded line is joined to the field's
// name. It works in place, so that a head that is as it should be fills its bytes without a gap: line, CR LF,
// name, colon, blanks, value, CR LF, and so on.
struct FieldGatherer {
  const Http1Limits& limits;
  const char* next;  // where the next field's name is expected
  std::vector<HttpField> fields{};
  std::optional<Http1Refusal> refusal{};

  MHD_Result take(std::string_view name, std::string_view value) {
    if (fields.size() == limits.fields) return refuse(kLarge);
    if (name.data() != next || value.data() <= name.data() + name.size()) return refuse(kLayout);
    const char* const behind_colon = name.data() + name.size() + 1;
    if (!std::all_of(behind_colon, value.data(), [](char c) { return c == ' ' || c == '\t'; }))
      return refuse(kLayout);
    next = value.data() + value.size() + 2;
    if (!is_token(name) || !is_field_value(value)) return refuse(kMalformed);
    fields.push_back({lower(name), std::string(trimmed(value))});
    return MHD_YES;
  }

  MHD_Result refuse(const Http1Refusal& why) {
    refusal = why;
    return MHD_NO;
  }
};

MHD_Result gather_field(void* gatherer, MHD_ValueKind /*kind*/, const char* name, size_t name_bytes,
                        const char* value, size_t value_bytes) {
  return static_cast<FieldGatherer*>(gatherer)->take({name, name_bytes}, {value, value_bytes});
}

size_t count_of(const std::vector<HttpField>& fields, std::string_view name) {
  return static_cast<size_t>(std::ranges::count(fields, name, &HttpField::name));
}

bool equal_caseless(std::string_view text, std::string_view lower_case) {
  return text.size() == lower_case.size() && lower(text) == lower_case;
}

std::optional<Http1Refusal> read_target(const std::string& target, HttpRequest& request) {
  if (!is_target(target) || target.empty()) return kMalformed;
  if (request.method == "CONNECT") return kMethod;
  std::string_view rest = target;
  // The absolute form: servers take it, and its authority counts rather than Host (RFC 9112, section 3.2.2).
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_caseless(rest.substr(0, scheme.size()), scheme)) continue;
    rest.remove_prefix(scheme.size());
    const size_t end = std::min(rest.find_first_of("/?"), rest.size());
    if (end == 0 || !is_authority(rest.substr(0, end))) return kMalformed;
    request.authority = std::string(rest.substr(0, end));
    rest.remove_prefix(end);
    break;
  }
  const size_t question = rest.find('?');
  request.path = std::string(rest.substr(0, question));
  if (question != std::string_view::npos) request.query = std::string(rest.substr(question + 1));
  if (request.path.empty() && rest.data() != target.data()) request.path = "/";
  if (request.path == "*") return kMethod;
  if (request.path.empty() || request.path.front() != '/') return kMalformed;
  return std::nullopt;
}

// Where the body ends, so that nobody between the client and us sees it elsewhere (RFC 9112, section 6.3).
std::optional<Http1Refusal> read_framing(RequestHead& head) {
  HttpRequest& request = head.request;
  const size_t lengths = count_of(request.fields, "content-length");
  const size_t codings = count_of(request.fields, "transfer-encoding");
  if (lengths + codings > 1) return kAmbiguous;
  if (codings == 1) {
    if (head.of_http10) return kAmbiguous;
    if (!equal_caseless(*find_field(request.fields, "transfer-encoding"), "chunked")) return kCoding;
    request.has_body = true;
  }
  if (lengths == 1) {
    const std::string_view text = *find_field(request.fields, "content-length");
    uint64_t bytes = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
    if (error != std::errc() || end != text.data() + text.size()) return kMalformed;
    request.content_bytes = bytes;
    request.has_body = bytes > 0;
  }
  return std::nullopt;
}

std::optional<Http1Refusal> read_host(RequestHead& head) {
  const std::optional<std::string_view> host = find_field(head.request.fields, "host");
  if (!host && !head.of_http10) return kMalformed;
  if (host && !is_authority(*host)) return kMalformed;
  if (host && head.request.authority.empty()) head.request.authority = std::string(*host);
  return std::nullopt;
}

std::optional<Http1Refusal> read_expectation(RequestHead& head) {
  const std::optional<std::string_view> expect = find_field(head.request.fields, "expect");
  if (!expect || head.of_http10) return std::nullopt;
  if (!equal_caseless(*expect, "100-continue")) return kExpectation;
  head.expects_continue = true;
  return std::nullopt;
}

}  // namespace

tl::expected<RequestHead, Http1Refusal> read_request_head(MHD_Connection* connection, const RequestLine& line,
                                                          const std::string& target,
                                                          const Http1Limits& limits) {
  const auto* const info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  if (info == nullptr) return Refused(kMalformed);
  const size_t head_bytes = info->header_size;
  if (head_bytes > limits.head_bytes) return Refused(kLarge);
  const std::string_view version = line.version;
  const char* const behind_line = line.version + version.size() + 2;
  if (line.method + std::strlen(line.method) + 1 != line.target ||
      line.target + target.size() + 1 != line.version) {
    return Refused(kLayout);
  }

  FieldGatherer gatherer{limits, behind_line};
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND, &gather_field, &gatherer);
  if (gatherer.refusal) return Refused(*gatherer.refusal);
  // Behind the last field stands the empty line.
  if (gatherer.next + 2 != line.method + head_bytes) return Refused(kLayout);

  RequestHead head;
  head.of_http10 = version == "HTTP/1.0";
  head.request.method = line.method;
  head.request.fields = std::move(gatherer.fields);
  if (!is_token(head.request.method)) return Refused(kMalformed);
  for (const std::string_view name : {"host", "expect", "authorization"})
    if (count_of(head.request.fields, name) > 1) return Refused(kAmbiguous);
  if (const auto refusal = read_target(target, head.request)) return Refused(*refusal);
  if (const auto refusal = read_host(head)) return Refused(*refusal);
  if (const auto refusal = read_framing(head)) return Refused(*refusal);
  if (const auto refusal = read_expectation(head)) return Refused(*refusal);
  return head;
}

}  // namespace penstock
