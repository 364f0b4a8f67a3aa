// SPDX-License-Identifier: Apache-2.0
#include "conformance/reference_results.h"

#include <isa-l/igzip_lib.h>
#include <lz4.h>
#include <openssl/evp.h>
#include <zstd.h>

#include <memory>

#include "base/check.h"

namespace penstock {
namespace {

std::vector<uint8_t> deflate(Bytes raw) {
  std::vector<uint8_t> payload(raw.size() + raw.size() / 8 + 1024);
  const auto stream = std::make_unique<isal_zstream>();
  isal_deflate_init(stream.get());
  stream->end_of_stream = 1;
  stream->next_in = const_cast<uint8_t*>(raw.data());
  stream->avail_in = static_cast<uint32_t>(raw.size());
  stream->next_out = payload.data();
  stream->avail_out = static_cast<uint32_t>(payload.size());
  PENSTOCK_CHECK(isal_deflate(stream.get()) == COMP_OK && stream->avail_in == 0);
  payload.resize(stream->total_out);
  return payload;
}

bool inflate(Bytes payload, MutableBytes raw) {
  const auto state = std::make_unique<inflate_state>();
  isal_inflate_init(state.get());
  state->next_in = const_cast<uint8_t*>(payload.data());
  state->avail_in = static_cast<uint32_t>(payload.size());
  state->next_out = raw.data();
  state->avail_out = static_cast<uint32_t>(raw.size());
  return isal_inflate(state.get()) == ISAL_DECOMP_OK && state->block_state == ISAL_BLOCK_FINISH &&
         state->total_out == raw.size() && state->avail_in == 0;
}

}  // namespace

Digest reference_digest(Bytes message) {
  Digest digest;
  PENSTOCK_CHECK(
      EVP_Digest(message.data(), message.size(), digest.bytes.data(), nullptr, EVP_sha256(), nullptr) == 1);
  return digest;
}

std::vector<uint8_t> reference_encode(CodecId codec, Bytes raw) {
  const auto* in = reinterpret_cast<const char*>(raw.data());
  const int raw_bytes = static_cast<int>(raw.size());
  std::vector<uint8_t> payload;
  switch (codec) {
    case CodecId::stored:
      return {raw.begin(), raw.end()};
    case CodecId::deflate:
      return deflate(raw);
    case CodecId::lz4: {
      payload.resize(static_cast<size_t>(LZ4_compressBound(raw_bytes)));
      const int length = LZ4_compress_default(in, reinterpret_cast<char*>(payload.data()), raw_bytes,
                                              static_cast<int>(payload.size()));
      payload.resize(static_cast<size_t>(length));
      return payload;
    }
    case CodecId::zstd: {
      payload.resize(ZSTD_compressBound(raw.size()));
      payload.resize(ZSTD_compress(payload.data(), payload.size(), raw.data(), raw.size(), 3));
      return payload;
    }
  }
  return payload;
}

std::vector<uint8_t> reference_decode(CodecId codec, Bytes payload, size_t raw_bytes) {
  std::vector<uint8_t> raw(raw_bytes);
  bool whole = false;
  switch (codec) {
    case CodecId::stored:
      return {payload.begin(), payload.end()};
    case CodecId::deflate:
      whole = inflate(payload, raw);
      break;
    case CodecId::lz4:
      whole = LZ4_decompress_safe(reinterpret_cast<const char*>(payload.data()),
                                  reinterpret_cast<char*>(raw.data()), static_cast<int>(payload.size()),
                                  static_cast<int>(raw_bytes)) == static_cast<int>(raw_bytes);
      break;
    case CodecId::zstd:
      whole = ZSTD_decompress(raw.data(), raw.size(), payload.data(), payload.size()) == raw_bytes;
      break;
  }
  return whole ? raw : std::vector<uint8_t>();
}

}  // namespace penstock
