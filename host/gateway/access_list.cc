// SPDX-License-Identifier: Apache-2.0
#include "gateway/access_list.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/digest_text.h"
#include "dag/entry_name.h"
#include "dag/utf8.h"
#include "gateway/utc_time.h"

namespace penstock {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kWhat = "the access list";
constexpr const char* kRemedy = "compare it with docs/ingest.md, or have it written by the program";

Failure malformed(std::string why) {
  return fail(Errc::usage, kWhat, std::move(why), kRemedy);
}

// The tree of the text. A key twice would leave open which of its values counts.
Result<Json> parse_json(std::string_view text) {
  std::vector<std::set<std::string>> keys;
  bool twice = false;
  bool deep = false;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    // What is left out from here on costs no stack when it is freed.
    if (depth > 8) deep = true;
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) twice |= !keys.back().insert(value.get<std::string>()).second;
    return depth <= 8;
  };
  Json json = Json::parse(text, watch, false);
  if (json.is_discarded() || deep) return malformed("is not JSON of this form");
  if (twice) return malformed("names a key twice in one object");
  return json;
}

Result<Rights> parse_rights(const Json& json) {
  Rights rights;
  if (!json.is_array()) return malformed("\"rights\" is not a list");
  for (const Json& right : json) {
    if (!right.is_string() || !add_right(rights, right.get<std::string>()))
      return malformed("a right is none of \"append\", \"read\" and \"admin\"");
  }
  return rights;
}

Result<AccessEntry> parse_entry(const Json& json) {
  if (!json.is_object()) return malformed("an entry is not an object");
  AccessEntry entry;
  bool digest = false;
  for (const auto& [key, value] : json.items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : std::string();
    if (key == "name") {
      entry.name = text;
    } else if (key == "sha256") {
      const auto parsed = parse_digest(text);
      if (!parsed) return malformed("\"sha256\" is not 64 lower-case hexadecimal digits");
      entry.sha256 = *parsed;
      digest = true;
    } else if (key == "rights") {
      PENSTOCK_TRY_ASSIGN(entry.rights, parse_rights(value));
    } else if (key == "expires") {
      entry.expires = parse_utc_time(text);
      if (!entry.expires) return malformed("\"expires\" is not a time such as 2027-01-31T00:00:00Z");
    } else {
      return malformed("an entry has '" + printable(key) + "', which is not known here");
    }
  }
  if (!digest) return malformed("an entry has no \"sha256\"");
  return entry;
}

std::string name_fault(std::string_view name) {
  if (name.empty()) return "an entry has no \"name\"";
  if (name.size() > AccessList::kNameBytesMax) return "a name is longer than 128 bytes";
  if (!valid_utf8(name) || printable(name) != name) return "a name has control characters, quotes or '\\'";
  return {};
}

Json to_json(const AccessEntry& entry) {
  Json json;
  json["name"] = entry.name;
  json["sha256"] = entry.sha256.hex();
  json["rights"] = Json::array();
  if (entry.rights.append) json["rights"].push_back("append");
  if (entry.rights.read) json["rights"].push_back("read");
  if (entry.rights.admin) json["rights"].push_back("admin");
  if (entry.expires) json["expires"] = utc_time_text(*entry.expires);
  return json;
}

// Reads both to the end, whatever they hold.
bool same_digest(const Digest& a, const Digest& b) {
  uint8_t difference = 0;
  for (size_t i = 0; i < a.bytes.size(); ++i)
    difference = static_cast<uint8_t>(difference | (a.bytes[i] ^ b.bytes[i]));
  return difference == 0;
}

}  // namespace

Result<AccessList> AccessList::parse(std::string_view text) {
  AccessList list;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return list;
  if (text.size() > kTextBytesMax) return malformed("is longer than 4 MiB");
  PENSTOCK_TRY_ASSIGN(const Json json, parse_json(text));
  if (!json.is_object()) return malformed("is not a JSON object");
  const auto version = json.find("version");
  if (version == json.end() || *version != Json(1)) return malformed("its \"version\" is not 1");
  for (const auto& [key, value] : json.items()) {
    if (key == "version") continue;
    if (key != "tokens" && key != "certificates")
      return malformed("it has '" + printable(key) + "', which is not known here");
    if (!value.is_array()) return malformed("'" + key + "' is not a list");
    for (const Json& element : value) {
      PENSTOCK_TRY_ASSIGN(AccessEntry entry, parse_entry(element));
      PENSTOCK_TRY(key == "tokens" ? list.add_token(std::move(entry))
                                   : list.add_certificate(std::move(entry)));
    }
  }
  return list;
}

std::string AccessList::text() const {
  Json json;
  json["version"] = 1;
  json["tokens"] = Json::array();
  for (const AccessEntry& entry : tokens_) json["tokens"].push_back(to_json(entry));
  json["certificates"] = Json::array();
  for (const AccessEntry& entry : certificates_) json["certificates"].push_back(to_json(entry));
  return json.dump(2) + "\n";
}

const AccessEntry* AccessList::find(const std::vector<AccessEntry>& entries, const Digest& sha256) {
  const AccessEntry* found = nullptr;
  for (const AccessEntry& entry : entries)
    if (same_digest(entry.sha256, sha256)) found = &entry;
  return found;
}

const AccessEntry* AccessList::certificate(std::string_view fingerprint) const {
  const auto digest = parse_digest(fingerprint);
  return digest ? find(certificates_, *digest) : nullptr;
}

Status AccessList::add(std::vector<AccessEntry>& entries, AccessEntry entry) const {
  if (std::string fault = name_fault(entry.name); !fault.empty()) return malformed(std::move(fault));
  if (!entry.rights.any()) return malformed("'" + entry.name + "' has no rights");
  if (tokens_.size() + certificates_.size() >= kEntriesMax)
    return malformed("it has more than 1,000 entries");
  for (const AccessEntry& other : entries) {
    if (other.name == entry.name) return malformed("'" + entry.name + "' stands in it twice");
    if (other.sha256 == entry.sha256)
      return malformed("'" + entry.name + "' and '" + other.name + "' have the same \"sha256\"");
  }
  entries.push_back(std::move(entry));
  return {};
}

}  // namespace penstock
