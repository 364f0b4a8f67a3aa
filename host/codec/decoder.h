// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/ids.h"

namespace penstock {

// Turns payloads back into frames. Owns the libraries' contexts and decodes without allocating; one thread at
// a time. Safe on any input bytes.
class Decoder {
 public:
  Decoder();
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  // True if `encoded` is whole, valid, and decodes to exactly raw.size() bytes, which then stand in `raw`;
  // bytes behind the encoding's end are refused too. Where false, `raw` holds anything. Never writes past
  // `raw`.
  bool decode(CodecId id, Bytes encoded, MutableBytes raw) noexcept;

  // Decodes from the front until at least `wanted` bytes (at most raw.size()) stand in `raw`, and returns how
  // many do: what a codec decodes at a time may bring some more. Nothing if that part is not valid; what lies
  // behind it is not looked at, so that the bytes must be checked by their digest.
  std::optional<size_t> decode_front(CodecId id, Bytes encoded, MutableBytes raw, size_t wanted) noexcept;
  // Goes on from where the last decode_front or decode_further stopped, until `wanted` bytes stand in `raw`,
  // which is still there as it was left, and so is `encoded`. lz4 begins at the front again, and so decodes
  // all there is. Nothing, too, where anything else was decoded
  // since, or the last call gave nothing.
  std::optional<size_t> decode_further(size_t wanted) noexcept;

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace penstock
