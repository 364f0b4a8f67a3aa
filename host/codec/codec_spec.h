// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace penstock {

// What to encode with. `level` counts for zstd alone (1–19, negative for its fast modes).
struct CodecSpec {
  CodecId id = CodecId::zstd;
  int level = 1;

  friend bool operator==(const CodecSpec&, const CodecSpec&) = default;
};

// One row a codec, kept for ever.
struct CodecRow {
  CodecId id;
  std::string_view name;
};
std::span<const CodecRow> codec_table();
std::optional<CodecId> codec_id(uint16_t number);  // nothing if this build does not know the number
std::string_view codec_name(CodecId id);

// "zstd:3", "lz4", "auto" …; usage error names the ones there are. "auto" is what measured best on mixed data
// (docs/codecs.md).
Result<CodecSpec> parse_codec(std::string_view text);
std::string codec_text(CodecSpec spec);
// Whether the table has the codec and the codec has the level.
bool codec_exists(CodecSpec spec);

}  // namespace penstock
