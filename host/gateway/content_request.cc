// SPDX-License-Identifier: Apache-2.0
#include "gateway/content_request.h"

#include "gateway/accept_field.h"
#include "gateway/query_text.h"

namespace penstock {
namespace {

constexpr std::string_view kPrefix = "/ipfs/";

tl::unexpected<Refusal> bad_parameter(const char* name, const char* why) {
  return refuse(400, std::string("the parameter ") + name, why);
}

tl::unexpected<Refusal> not_offered(const char* what) {
  return refuse(406, what, "is not offered",
                "ask for format=raw, format=car (version 1, order dfs), format=json of a directory, or none");
}

std::string field_of(const HttpRequest& request, std::string_view name) {
  return std::string(find_field(request.fields, name).value_or(""));
}

// Of a field that is a list: its lines are one list (RFC 9110, section 5.3).
std::string list_of(const HttpRequest& request, std::string_view name) {
  std::string list;
  for (const HttpField& field : request.fields)
    if (field.name == name) list += (list.empty() ? "" : ", ") + field.value;
  return list;
}

using Done = tl::expected<void, Refusal>;

Done choose_format(const HttpRequest& request, const QueryText& query, ContentRequest& content) {
  const auto accepted = parse_accept_field(list_of(request, "accept"));
  if (accepted) {
    content.format = accepted->format;
    content.car.duplicates = accepted->duplicates.value_or(false);
  }
  const auto format = query.find("format");
  if (!format) {
    if (!accepted) return not_offered("what the Accept field names");
    return {};
  }
  content.format_in_query = true;
  if (*format == "raw") {
    content.format = ContentFormat::raw;
  } else if (*format == "car") {
    content.format = ContentFormat::car;
  } else if (*format == "json") {
    content.format = ContentFormat::json;
  } else if (*format == "dag-cbor" || *format == "cbor") {
    content.format = ContentFormat::dag_cbor;
  } else {
    return not_offered("this format");
  }
  return {};
}

Done choose_scope(const QueryText& query, CarChoice& car) {
  if (const auto scope = query.find("dag-scope")) {
    if (*scope == "block") {
      car.scope = CarScope::block;
    } else if (*scope == "entity") {
      car.scope = CarScope::entity;
    } else if (*scope != "all") {
      return bad_parameter("dag-scope", "is none of block, entity and all");
    }
  }
  if (const auto bytes = query.find("entity-bytes")) {
    car.bytes = parse_entity_bytes(*bytes);
    if (!car.bytes) return bad_parameter("entity-bytes", "is not FROM:TO, two numbers, or '*' for TO");
    car.scope = CarScope::entity;
  }
  return {};
}

// What the query says goes before what the Accept field says.
Done choose_car(const QueryText& query, CarChoice& car) {
  if (const auto version = query.find("car-version"); version && *version != "1")
    return not_offered("this car-version");
  if (const auto order = query.find("car-order"); order && *order != "dfs" && *order != "unk")
    return not_offered("this car-order");
  if (const auto duplicates = query.find("car-dups")) {
    if (*duplicates != "y" && *duplicates != "n") return bad_parameter("car-dups", "is neither y nor n");
    car.duplicates = *duplicates == "y";
  }
  return choose_scope(query, car);
}

}  // namespace

OrRefusal<ContentRequest> parse_content_request(const HttpRequest& request) {
  // A script of one object could otherwise be made to answer for others of this server.
  if (field_of(request, "service-worker") == "script")
    return refuse(400, "a service worker", "is not given out here");
  auto path = parse_content_path(std::string_view(request.path).substr(kPrefix.size()));
  if (!path) return tl::unexpected<Refusal>(std::move(path).error());
  const auto query = QueryText::parse(request.query);
  if (!query) return refuse(400, "the query", "is malformed, or names a parameter twice");
  ContentRequest content;
  content.path = std::move(*path);
  content.path_text = request.path;
  content.query_text = request.query;
  content.head = request.method == "HEAD";
  if (auto chosen = choose_format(request, *query, content); !chosen)
    return tl::unexpected<Refusal>(std::move(chosen).error());
  if (content.format == ContentFormat::car) {
    if (auto chosen = choose_car(*query, content.car); !chosen)
      return tl::unexpected<Refusal>(std::move(chosen).error());
  }
  if (const auto range = find_field(request.fields, "range")) content.range = parse_range_field(*range);
  content.if_range = field_of(request, "if-range");
  content.if_none_match = list_of(request, "if-none-match");
  content.only_if_cached = list_of(request, "cache-control").find("only-if-cached") != std::string::npos;
  content.file_name = query->find("filename").value_or("");
  content.download = query->find("download") == "true";
  return content;
}

}  // namespace penstock
