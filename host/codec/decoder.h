// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

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

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace penstock
