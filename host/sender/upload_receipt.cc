// SPDX-License-Identifier: Apache-2.0
#include "sender/upload_receipt.h"

#include <nlohmann/json.hpp>

namespace penstock {
namespace {

constexpr size_t kWordsMax = 300;

using Json = nlohmann::json;

std::string text_at(const Json& json, const char* key) {
  const auto at = json.find(key);
  if (at == json.end() || !at->is_string()) return {};
  return at->get_ref<const std::string&>();
}

Failure bad_receipt() {
  return fail(Errc::failed, "the server's answer to an upload", "is not a receipt",
              "check that the URL is that of a penstock server");
}

}  // namespace

Result<UploadReceipt> parse_receipt(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return bad_receipt();
  const auto cid = parse_cid(text_at(json, "cid"));
  const auto commit = parse_cid(text_at(json, "commit"));
  const auto bytes = json.find("bytes");
  if (!cid || !commit || bytes == json.end() || !bytes->is_number_unsigned()) return bad_receipt();
  return UploadReceipt{*cid, *commit, bytes->get<uint64_t>()};
}

Error refusal_error(std::string what, unsigned status, std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  Error error{Errc::failed, std::move(what), "the server answers " + std::to_string(status), {}};
  if (!json.is_object()) return error;
  std::string words = text_at(json, "error");
  if (const std::string why = text_at(json, "why"); !why.empty()) words += (words.empty() ? "" : " ") + why;
  if (!words.empty()) error.why += ": " + words.substr(0, kWordsMax);
  error.remedy = text_at(json, "todo").substr(0, kWordsMax);
  return error;
}

}  // namespace penstock
