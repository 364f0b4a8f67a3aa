// SPDX-License-Identifier: Apache-2.0
#include "chunking/chunker_spec.h"

#include <bit>
#include <vector>

#include "base/limits.h"
#include "base/size_text.h"

namespace penstock {
namespace {

constexpr uint32_t kMinBytesMin = 64;  // twice what gear looks back
constexpr uint32_t kAvgBytesMin = 256;

std::vector<std::string_view> fields_of(std::string_view text) {
  std::vector<std::string_view> fields;
  for (;;) {
    const size_t colon = text.find(':');
    fields.push_back(text.substr(0, colon));
    if (colon == std::string_view::npos) return fields;
    text.remove_prefix(colon + 1);
  }
}

Failure refuse(std::string_view text, std::string why) {
  return fail(Errc::usage, "chunker '" + std::string(text) + "'", std::move(why),
              "give cdc:MIN:AVG:MAX such as cdc:16K:64K:256K, or fixed:SIZE such as fixed:1M");
}

}  // namespace

uint32_t ChunkerSpec::zero_leaf_bytes() const {
  return kind == Kind::fixed ? max : kLeafBytesMax;
}

Result<ChunkerSpec> parse_chunker(std::string_view text) {
  const std::vector<std::string_view> fields = fields_of(text);
  const bool cdc = fields.front() == "cdc";
  if (!cdc && fields.front() != "fixed") return refuse(text, "is neither cdc nor fixed");
  if (fields.size() != (cdc ? 4u : 2u)) return refuse(text, cdc ? "needs three sizes" : "needs one size");

  uint32_t sizes[3] = {};
  for (size_t i = 1; i < fields.size(); ++i) {
    const Result<uint64_t> size = parse_size(fields[i]);
    if (!size) return refuse(text, size.error().what + " " + size.error().why);
    if (*size > kLeafBytesMax) return refuse(text, "passes 1M, the largest leaf");
    sizes[i - 1] = static_cast<uint32_t>(*size);
  }

  if (!cdc) {
    if (sizes[0] == 0) return refuse(text, "has an empty cell");
    return ChunkerSpec{ChunkerSpec::Kind::fixed, sizes[0], sizes[0], sizes[0]};
  }
  const auto [min, avg, max] = sizes;
  if (min < kMinBytesMin) return refuse(text, "has a MIN under 64");
  if (avg < kAvgBytesMin || !std::has_single_bit(avg))
    return refuse(text, "has an AVG that is not a power of two from 256 on");
  if (min > avg || avg > max) return refuse(text, "does not ascend: MIN <= AVG <= MAX");
  return ChunkerSpec{ChunkerSpec::Kind::cdc, min, avg, max};
}

std::string chunker_text(const ChunkerSpec& spec) {
  if (spec.kind == ChunkerSpec::Kind::fixed) return "fixed:" + exact_size(spec.max);
  return "cdc:" + exact_size(spec.min) + ":" + exact_size(spec.avg) + ":" + exact_size(spec.max);
}

}  // namespace penstock
