// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"

namespace penstock::bench {

// One setting of a sweep. One thread at a time.
class CodecSweepSetting {
 public:
  virtual ~CodecSweepSetting() = default;
  virtual CodecId id() const = 0;  // what decodes the payload
  // As Encoder::encode.
  virtual std::optional<size_t> encode(Bytes raw, MutableBytes out) = 0;
};

// Opens what `--codec` takes ("auto", "lz4", "zstd:2"), encoded by codec/'s Encoder; or a zstd level with
// parameters of the library's beside it ("zstd:1,hashLog=15,minMatch=6"), encoded by libzstd itself. Usage
// error where the text is neither, or the library refuses a value.
Result<std::unique_ptr<CodecSweepSetting>> open_codec_sweep_setting(std::string_view text);

}  // namespace penstock::bench
