// SPDX-License-Identifier: Apache-2.0
#include "micro/codec_sweep_setting.h"

// A sweep also tries what libzstd calls experimental.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include <array>
#include <charconv>
#include <string>

#include "base/check.h"
#include "codec/codec.h"

namespace penstock::bench {
namespace {

class SpecSetting final : public CodecSweepSetting {
 public:
  explicit SpecSetting(CodecSpec spec) : spec_(spec) {}
  CodecId id() const override { return spec_.id; }
  std::optional<size_t> encode(Bytes raw, MutableBytes out) override {
    return encoder_.encode(spec_, raw, out);
  }

 private:
  CodecSpec spec_;
  Encoder encoder_;
};

struct Parameter {
  std::string_view name;
  ZSTD_cParameter number;
};
constexpr std::array kParameters = {
    Parameter{"windowLog", ZSTD_c_windowLog},
    Parameter{"hashLog", ZSTD_c_hashLog},
    Parameter{"chainLog", ZSTD_c_chainLog},
    Parameter{"searchLog", ZSTD_c_searchLog},
    Parameter{"minMatch", ZSTD_c_minMatch},
    Parameter{"targetLength", ZSTD_c_targetLength},
    Parameter{"strategy", ZSTD_c_strategy},
    Parameter{"literalCompressionMode", ZSTD_c_literalCompressionMode},
    Parameter{"useBlockSplitter", ZSTD_c_useBlockSplitter},
    Parameter{"useRowMatchFinder", ZSTD_c_useRowMatchFinder},
    Parameter{"maxBlockSize", ZSTD_c_maxBlockSize},
};

class ZstdSetting final : public CodecSweepSetting {
 public:
  explicit ZstdSetting(int level) {
    PENSTOCK_CHECK(context_ != nullptr);
    PENSTOCK_CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level)));
  }
  bool set(ZSTD_cParameter parameter, int value) {
    return !ZSTD_isError(ZSTD_CCtx_setParameter(context_.get(), parameter, value));
  }
  CodecId id() const override { return CodecId::zstd; }
  std::optional<size_t> encode(Bytes raw, MutableBytes out) override {
    const size_t written = ZSTD_compress2(context_.get(), out.data(), out.size(), raw.data(), raw.size());
    if (ZSTD_isError(written)) return std::nullopt;
    return written;
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context_{ZSTD_createCCtx()};
};

// "minMatch=6"
bool set_parameter(ZstdSetting& setting, std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return false;
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + equals + 1, end, value);
  if (error != std::errc() || stop != end) return false;
  for (const Parameter& parameter : kParameters) {
    if (parameter.name == text.substr(0, equals)) return setting.set(parameter.number, value);
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<CodecSweepSetting>> open_codec_sweep_setting(std::string_view text) {
  const std::string_view whole = text;
  size_t comma = text.find(',');
  PENSTOCK_TRY_ASSIGN(const CodecSpec spec, parse_codec(text.substr(0, comma)));
  if (comma == std::string_view::npos) return std::make_unique<SpecSetting>(spec);
  auto setting = std::make_unique<ZstdSetting>(spec.level);
  while (comma != std::string_view::npos) {
    text.remove_prefix(comma + 1);
    comma = text.find(',');
    if (spec.id != CodecId::zstd || !set_parameter(*setting, text.substr(0, comma))) {
      return fail(Errc::usage, "setting '" + std::string(whole) + "'", "has what libzstd does not take",
                  "give a codec, or zstd:LEVEL,PARAMETER=NUMBER,... with parameters named as in zstd.h");
    }
  }
  return setting;
}

}  // namespace penstock::bench
