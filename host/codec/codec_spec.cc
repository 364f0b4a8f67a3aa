// SPDX-License-Identifier: Apache-2.0
#include "codec/codec_spec.h"

#include <zstd.h>

#include <array>
#include <charconv>

namespace penstock {
namespace {

constexpr std::array<CodecRow, 4> kTable = {{
    {CodecId::stored, "stored"},
    {CodecId::lz4, "lz4"},
    {CodecId::zstd, "zstd"},
    {CodecId::deflate, "deflate"},
}};

// Above 19 zstd calls its levels "ultra": windows and memory that frames of 2 MiB cannot use.
constexpr int kZstdLevelMax = 19;
constexpr CodecSpec kAuto = {CodecId::zstd, 1};

}  // namespace

std::span<const CodecRow> codec_table() {
  return kTable;
}

std::optional<CodecId> codec_id(uint16_t number) {
  for (const CodecRow& row : kTable) {
    if (static_cast<uint16_t>(row.id) == number) return row.id;
  }
  return std::nullopt;
}

std::string_view codec_name(CodecId id) {
  for (const CodecRow& row : kTable) {
    if (row.id == id) return row.name;
  }
  return "unknown";
}

Result<CodecSpec> parse_codec(std::string_view text) {
  const auto malformed = [text](const char* why) {
    return fail(Errc::usage, "codec '" + std::string(text) + "'", why,
                "give auto, lz4, zstd, zstd:LEVEL with LEVEL 1 to 19 or negative, deflate or stored");
  };
  if (text == "auto") return kAuto;
  const size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  for (const CodecRow& row : kTable) {
    if (row.name != name) continue;
    CodecSpec spec{row.id, 1};
    if (colon == std::string_view::npos) return spec;
    if (row.id != CodecId::zstd) return malformed("takes no level");
    const std::string_view level = text.substr(colon + 1);
    const char* end = level.data() + level.size();
    const auto [stop, error] = std::from_chars(level.data(), end, spec.level);
    if (error != std::errc() || stop != end || !codec_exists(spec))
      return malformed("there is no such level");
    return spec;
  }
  return malformed("is not known");
}

std::string codec_text(CodecSpec spec) {
  std::string text(codec_name(spec.id));
  if (spec.id == CodecId::zstd) text += ":" + std::to_string(spec.level);
  return text;
}

bool codec_exists(CodecSpec spec) {
  if (!codec_id(static_cast<uint16_t>(spec.id))) return false;
  return spec.id != CodecId::zstd ||
         (spec.level != 0 && spec.level >= ZSTD_minCLevel() && spec.level <= kZstdLevelMax);
}

}  // namespace penstock
