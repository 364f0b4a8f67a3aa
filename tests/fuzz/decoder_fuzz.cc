// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/limits.h"
#include "codec/codec.h"
#include "fuzz/fuzz_input.h"

namespace {

using namespace penstock;

// Any bytes as a frame: decoding stays in its buffer, and says the same twice.
void decode_hostile(Decoder& decoder, CodecId id, size_t raw_bytes, Bytes encoded) {
  std::vector<uint8_t> raw(raw_bytes);
  std::vector<uint8_t> again(raw_bytes, 0xa5);
  const bool whole = decoder.decode(id, encoded, raw);
  PENSTOCK_CHECK(decoder.decode(id, encoded, again) == whole);
  PENSTOCK_CHECK(!whole || raw == again);
  for (const size_t wanted : {raw_bytes / 3, raw_bytes}) {
    const auto front = decoder.decode_front(id, encoded, again, wanted);
    PENSTOCK_CHECK(!front || (*front >= wanted && *front <= raw_bytes));
    PENSTOCK_CHECK(!whole || (front && std::equal(raw.begin(), raw.begin() + *front, again.begin())));
  }
}

// What we encode, we decode.
void round_trip(Encoder& encoder, Decoder& decoder, CodecSpec spec, Bytes raw, size_t room) {
  std::vector<uint8_t> out(room);
  const auto encoded = encoder.encode(spec, raw, out);
  if (!encoded) return;
  PENSTOCK_CHECK(*encoded <= room);
  std::vector<uint8_t> back(raw.size());
  PENSTOCK_CHECK(decoder.decode(spec.id, Bytes(out).first(*encoded), back));
  PENSTOCK_CHECK(std::ranges::equal(back, raw));
}

}  // namespace

// Input: codec (u8), length of what it decodes to (u32), level and room (u8 each), bytes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Encoder encoder;
  static Decoder decoder;
  FuzzInput input({data, size});
  const auto rows = codec_table();
  const CodecId id = rows[input.take<uint8_t>() % rows.size()].id;
  const size_t raw_bytes = input.take<uint32_t>() % (128 * kKiB);
  const uint8_t level = input.take<uint8_t>();
  const uint8_t room = input.take<uint8_t>();
  decode_hostile(decoder, id, raw_bytes, input.rest());

  const CodecSpec spec{.id = id, .level = id == CodecId::zstd ? 1 + level % 6 : 1};
  const size_t out_bytes = room % 2 == 0 ? input.rest().size() * 2 + 64 : input.rest().size() * room / 256;
  round_trip(encoder, decoder, spec, input.rest(), out_bytes);
  return 0;
}
