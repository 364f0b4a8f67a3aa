// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "codec/codec_spec.h"

namespace penstock {

// A compression library called directly, with a put's level, on whole frames; contexts are kept from frame to
// frame, and output has all the room that it can want. One thread.
class LibraryCodec {
 public:
  virtual ~LibraryCodec() = default;

  virtual const char* encoder_name() const = 0;  // the functions called
  virtual const char* decoder_name() const = 0;

  // Room that encoding `raw_bytes` can take.
  virtual size_t encoded_max(size_t raw_bytes) const = 0;
  // The bytes written to `out`; nothing if the library refuses.
  virtual std::optional<size_t> encode(Bytes raw, MutableBytes out) = 0;
  // Whether `encoded` decodes to raw.size() bytes.
  virtual bool decode(Bytes encoded, MutableBytes raw) = 0;
};

// The library that does `spec`'s work; nothing for `stored`, which needs none.
std::unique_ptr<LibraryCodec> open_library_codec(CodecSpec spec);

}  // namespace penstock
