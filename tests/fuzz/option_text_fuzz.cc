// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"
#include "base/check.h"
#include "base/size_text.h"
#include "chunking/chunker_spec.h"
#include "codec/codec.h"
#include "verify/verify_level.h"

// The texts of options, which stand in store.toml and in commits too: what is accepted has a text of ours
// that means the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  const std::string_view text = as_text({data, size});
  if (const auto bytes = parse_size(text)) PENSTOCK_CHECK(parse_size(exact_size(*bytes)).value() == *bytes);
  if (const auto spec = parse_chunker(text)) {
    PENSTOCK_CHECK(parse_chunker(chunker_text(*spec)).value() == *spec);
    PENSTOCK_CHECK(spec->zero_leaf_bytes() > 0);
  }
  if (const auto spec = parse_codec(text)) PENSTOCK_CHECK(parse_codec(codec_text(*spec)).value() == *spec);
  if (const auto level = parse_verify_level(text)) {
    PENSTOCK_CHECK(level->fraction > 0.0 && level->fraction <= 1.0);
    PENSTOCK_CHECK(parse_verify_level(verify_level_text(*level)).value() == *level);
  }
  return 0;
}
