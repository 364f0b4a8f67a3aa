// SPDX-License-Identifier: Apache-2.0
#include "gateway/listing_body.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "dag/utf8.h"
#include "gateway/html_text.h"
#include "gateway/percent_text.h"

namespace penstock {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kStyle =
    "body{font-family:sans-serif;margin:2em}table{border-collapse:collapse}"
    "td,th{text-align:left;padding:.2em 1.5em .2em 0}td.n{text-align:right}code{font-size:80%}";

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string hex_text(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += {kHex[byte >> 4], kHex[byte & 15]};
  }
  return text;
}

Json entry_json(const DirectoryEntry& entry) {
  Json json;
  json["name"] = entry.name;
  if (!valid_utf8(entry.name)) json["name_bytes"] = hex_text(entry.name);
  json["cid"] = entry.cid.text();
  json["dag_bytes"] = entry.dag_bytes;
  return json;
}

// "./" before the name: it cannot be taken for a scheme or another host.
std::string row(const DirectoryEntry& entry) {
  return "<tr><td><a href=\"./" + percent_encoded(entry.name) + "\">" + html_text(entry.name) +
         "</a></td><td class=\"n\">" + std::to_string(entry.dag_bytes) + "</td><td><code>" +
         entry.cid.text() + "</code></td></tr>\n";
}

}  // namespace

Result<size_t> ListingBody::fill(MutableBytes into) {
  size_t filled = 0;
  while (filled < into.size()) {
    if (piece_done_ == piece_.size()) {
      piece_ = next_piece();
      piece_done_ = 0;
      if (piece_.empty()) break;
    }
    const size_t part = std::min(piece_.size() - piece_done_, into.size() - filled);
    std::copy_n(piece_.data() + piece_done_, part, into.data() + filled);
    piece_done_ += part;
    filled += part;
  }
  return filled;
}

std::string ListingBody::next_piece() {
  if (piece_number_ == directory_.entries.size() + 2) return {};
  std::string piece = style_ == ListingStyle::json ? json_piece() : page_piece();
  ++piece_number_;
  return piece;
}

std::string ListingBody::json_piece() {
  const size_t count = directory_.entries.size();
  if (piece_number_ == 0) {
    return "{\"path\":" + dump(directory_.path) + ",\"cid\":" + dump(directory_.cid.text()) +
           ",\"entries\":[\n";
  }
  if (piece_number_ > count) return "]}\n";
  return dump(entry_json(directory_.entries[piece_number_ - 1])) + (piece_number_ == count ? "\n" : ",\n");
}

std::string ListingBody::page_piece() {
  if (piece_number_ > directory_.entries.size()) return "</table>\n</body>\n</html>\n";
  if (piece_number_ > 0) return row(directory_.entries[piece_number_ - 1]);
  const std::string path = html_text(percent_decoded(directory_.path).value_or(directory_.path));
  std::string head = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + path +
                     "</title>\n<style>" + std::string(kStyle) + "</style>\n</head>\n<body>\n<h1>" + path +
                     "</h1>\n<p><code>" + directory_.cid.text() + "</code>, " +
                     std::to_string(directory_.entries.size()) +
                     " entries. As <a href=\"./?format=json\">JSON</a>,"
                     " as <a href=\"./?format=car\">CAR</a>.</p>\n<table>\n"
                     "<tr><th>name</th><th>bytes with all below</th><th>CID</th></tr>\n";
  if (directory_.has_parent) head += "<tr><td><a href=\"../\">..</a></td><td></td><td></td></tr>\n";
  return head;
}

}  // namespace penstock
