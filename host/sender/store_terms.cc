// SPDX-License-Identifier: Apache-2.0
#include "sender/store_terms.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "chunking/piece_head.h"

namespace penstock {
namespace {

Failure bad_terms(const char* why) {
  return fail(Errc::failed, "the server's /v1/store", why,
              "check that the URL is that of a penstock server, and that this program is not older than it");
}

bool lists(const nlohmann::json& json, const char* field, std::string_view what) {
  const auto list = json.find(field);
  return list != json.end() && list->is_array() && std::ranges::any_of(*list, [&](const auto& entry) {
           return entry.is_string() && entry.template get_ref<const std::string&>() == what;
         });
}

}  // namespace

Result<StoreTerms> parse_store_terms(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return bad_terms("is no JSON object");
  const auto chunker = json.find("chunker");
  const auto profile = json.find("profile");
  if (chunker == json.end() || !chunker->is_string()) return bad_terms("names no chunker");
  if (profile == json.end() || !profile->is_string()) return bad_terms("names no profile");
  StoreTerms terms;
  // The profile has a chunker of its own, whatever the store's is.
  const bool ipfs = profile->get_ref<const std::string&>() == "ipfs";
  if (!ipfs && profile->get_ref<const std::string&>() != "default")
    return bad_terms("names a profile that is not known here");
  auto spec = parse_chunker(ipfs ? "fixed:1M" : chunker->get_ref<const std::string&>());
  if (!spec) return bad_terms("names a chunker that is not known here");
  terms.chunker = *spec;
  if (ipfs) terms.layout = LinkLayout::balanced;
  const auto limits = json.find("limits");
  terms.objects_in_parts = limits != json.end() && limits->is_object() && limits->contains("partial_uploads");
  terms.may_read = lists(json, "rights", "read");
  terms.bodies_of_pieces = lists(json, "bodies", kPiecesMediaType);
  return terms;
}

}  // namespace penstock
