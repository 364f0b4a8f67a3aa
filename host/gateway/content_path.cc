// SPDX-License-Identifier: Apache-2.0
#include "gateway/content_path.h"

#include <algorithm>

#include "dag/entry_name.h"
#include "gateway/percent_text.h"

namespace penstock {
namespace {

tl::unexpected<Refusal> bad_path(std::string why) {
  return refuse(400, "the path", std::move(why), "ask for /ipfs/CID or /ipfs/CID/NAME/NAME");
}

}  // namespace

OrRefusal<ContentPath> parse_content_path(std::string_view encoded) {
  const size_t first = std::min(encoded.find('/'), encoded.size());
  const auto root = parse_cid(encoded.substr(0, first));
  if (!root) return bad_path("it does not begin with a CID that is known here: " + root.error().why);
  ContentPath path;
  path.root = *root;
  // Cut before it is decoded: a '/' that is encoded belongs to a name, and no name has one.
  for (std::string_view rest = encoded.substr(first); !rest.empty();) {
    rest.remove_prefix(1);
    if (rest.empty()) {
      path.trailing_slash = true;
      break;
    }
    const size_t end = std::min(rest.find('/'), rest.size());
    auto name = percent_decoded(rest.substr(0, end));
    if (!name) return bad_path("a '%' without two hexadecimal digits");
    if (std::string fault = entry_name_fault(*name); !fault.empty())
      return bad_path("'" + printable(std::string_view(*name).substr(0, 256)) + "': " + fault);
    if (path.segments.size() == ContentPath::kSegmentsMax) return bad_path("it has more than 256 names");
    path.segments.push_back(std::move(*name));
    rest.remove_prefix(end);
  }
  return path;
}

}  // namespace penstock
