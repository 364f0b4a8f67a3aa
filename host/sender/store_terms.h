// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "chunking/chunker_spec.h"
#include "dag/file_builder.h"

namespace penstock {

// How a server's store makes roots of what it gets, as GET /v1/store tells.
struct StoreTerms {
  ChunkerSpec chunker;
  LinkLayout layout = LinkLayout::content_cut;
  bool may_read = false;  // who asked
  bool bodies_of_pieces = false;
  bool objects_in_parts = false;

  // What is there may be left out.
  bool takes_pieces() const { return may_read && bodies_of_pieces; }

  friend bool operator==(const StoreTerms&, const StoreTerms&) = default;
};

// failed error: `json` is no such text, or what it says is nothing that this program knows.
Result<StoreTerms> parse_store_terms(std::string_view json);

}  // namespace penstock
