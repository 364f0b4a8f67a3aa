// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace penstock {

// In which form an object is asked for (https://specs.ipfs.tech/http-gateways/path-gateway/).
enum class ContentFormat : uint8_t {
  native,    // what it is: a file's bytes, a directory's page
  raw,       // one block as it is stored
  car,       // blocks, and with them the proof that they belong to the path
  json,      // a directory as JSON
  dag_cbor,  // a block of dag-cbor, as it is
};

// Its name in the query: "raw", "car", "json", "dag-cbor"; native has none.
constexpr std::string_view content_format_name(ContentFormat format) {
  switch (format) {
    case ContentFormat::native:
      break;
    case ContentFormat::raw:
      return "raw";
    case ContentFormat::car:
      return "car";
    case ContentFormat::json:
      return "json";
    case ContentFormat::dag_cbor:
      return "dag-cbor";
  }
  return {};
}

}  // namespace penstock
