// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "gateway/body_source.h"
#include "gateway/listed_directory.h"
#include "gateway/place_count.h"

namespace penstock {

enum class ListingStyle : uint8_t { page, json };

// A directory as a plain page, without any script, or as JSON:
//   {"path": "/ipfs/…", "cid": "…", "entries": [{"name": "…", "cid": "…", "dag_bytes": 123}]}
// A name that is not UTF-8 has "name_bytes", in hexadecimal, beside it. Sizes are those of the links: of the
// entry and all below, as its blocks are, and nothing is read for them.
class ListingBody final : public BodySource {
 public:
  // `place` is held as long as it is there.
  ListingBody(ListedDirectory directory, ListingStyle style, PlaceCount::Place place)
      : directory_(std::move(directory)), style_(style), place_(std::move(place)) {}

  Result<size_t> fill(MutableBytes into) override;

 private:
  // The next piece of the text; empty at the end.
  std::string next_piece();
  std::string json_piece();
  std::string page_piece();

  ListedDirectory directory_;
  ListingStyle style_;
  PlaceCount::Place place_;
  size_t piece_number_ = 0;  // 0: the head; then the entries; then the foot
  std::string piece_;
  size_t piece_done_ = 0;
};

}  // namespace penstock
