// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
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

// Owns the libraries' contexts, so that encoding does not allocate; one thread at a time.
class Encoder {
 public:
  Encoder();
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  // Encodes `raw` (at most kFrameBytesMax) into `out`, standard formats only (base/ids.h). Returns the bytes
  // written, or nothing where the result does not fit in `out`. Give out raw.size() - 1 bytes to learn whether
  // the data shrinks. Never writes past `out`.
  std::optional<size_t> encode(CodecSpec spec, Bytes raw, MutableBytes out) noexcept;

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

// Owns the libraries' contexts; one thread at a time. Safe on any input bytes.
class Decoder {
 public:
  Decoder();
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  // True if `encoded` is whole, valid, and decodes to exactly raw.size() bytes, which then stand in `raw`.
  bool decode(CodecId id, Bytes encoded, MutableBytes raw) noexcept;

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

// Upper bound of the memory of one Encoder at `spec` for frames of kFrameBytesMax, bytes.
size_t encoder_memory(CodecSpec spec);

}  // namespace penstock
