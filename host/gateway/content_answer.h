// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

#include "base/error.h"
#include "dag/block_io.h"
#include "gateway/content_request.h"
#include "gateway/made_answer.h"
#include "gateway/place_count.h"

namespace penstock {

// What answers share with others that are made at the same time.
struct ContentBounds {
  PlaceCount listings;  // long ones that are in memory
  // Told of damage. Any thread.
  std::function<void(const Error&)> report;
};

// What a path gateway and a trustless gateway answer (https://specs.ipfs.tech/http-gateways/). Reads as much
// as the head needs; the body reads on from `source`, which outlives it. Errors are answers.
MadeAnswer make_content_answer(const ContentRequest& request, BlockSource& source,
                               const ContentBounds& bounds);

// The CID that clients ask for to find out whether somebody is a gateway: of nothing, and without a hash.
inline constexpr std::string_view kProbeCid = "bafkqaaa";
MadeAnswer make_probe_answer(bool car);

}  // namespace penstock
