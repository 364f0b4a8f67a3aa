// SPDX-License-Identifier: Apache-2.0
#include "hls/describe/describe.h"

#include "hls/lz4_compress/lz4_encoding.h"
#include "hls/lz4_decompress/lz4_decoding.h"
#include "hls/sha256/message_pieces.h"

namespace fabric {
namespace {

constexpr uint16_t kKernelVersion = 1;
constexpr uint32_t kClockKhz = 300000;  // assumed: nothing has been synthesised
constexpr uint32_t kOperations =
    PENSTOCK_OPERATION_BIT(PENSTOCK_DIGEST) | PENSTOCK_OPERATION_BIT(PENSTOCK_ENCODE) |
    PENSTOCK_OPERATION_BIT(PENSTOCK_DIGEST_ENCODE) | PENSTOCK_OPERATION_BIT(PENSTOCK_DECODE);
const char kName[] = "penstock hls kernels";
constexpr uint32_t kNameBytes = sizeof(kName) - 1;
static_assert(offsetof(penstock_capabilities, name) == 48 && kNameBytes <= 64, "the name begins in word 0");

}  // namespace
}  // namespace fabric

extern "C" void describe(fabric::Word* answer) {
#pragma HLS INTERFACE mode = m_axi port = answer bundle = answer offset = slave
#pragma HLS INTERFACE mode = s_axilite port = answer bundle = control
#pragma HLS INTERFACE mode = s_axilite port = return bundle = control
#pragma HLS INTERFACE mode = ap_ctrl_chain port = return
  using namespace fabric;
  Word first = 0;
  Word second = 0;
  set_field32(first, offsetof(penstock_capabilities, magic), PENSTOCK_CAPABILITIES_MAGIC);
  set_field16(first, offsetof(penstock_capabilities, abi_version), PENSTOCK_ABI_VERSION);
  set_field16(first, offsetof(penstock_capabilities, kernel_version), kKernelVersion);
  set_field32(first, offsetof(penstock_capabilities, operations), kOperations);
  set_field32(first, offsetof(penstock_capabilities, codecs), PENSTOCK_CODEC_BIT(PENSTOCK_CODEC_LZ4));
  set_field32(first, offsetof(penstock_capabilities, hashes), PENSTOCK_HASH_BIT_SHA2_256);
  set_field32(first, offsetof(penstock_capabilities, submissions_max), PENSTOCK_SUBMISSIONS_MAX);
  set_field32(first, offsetof(penstock_capabilities, extent_bytes_max), PENSTOCK_EXTENT_BYTES_MAX);
  set_field32(first, offsetof(penstock_capabilities, extent_chunks_max), PENSTOCK_EXTENT_CHUNKS_MAX);
  set_field32(first, offsetof(penstock_capabilities, digest_slots), kDigestSlots);
  set_field32(first, offsetof(penstock_capabilities, encode_engines), kEncodeEngines);
  set_field32(first, offsetof(penstock_capabilities, decode_engines), kDecodeEngines);
  set_field32(first, offsetof(penstock_capabilities, clock_khz), kClockKhz);
name:
  for (uint32_t i = 0; i < kNameBytes; ++i) {
#pragma HLS UNROLL
    const uint32_t at = offsetof(penstock_capabilities, name) + i;
    const int bit = static_cast<int>(8 * (at % kWordBytes));
    const uint8_t letter = static_cast<uint8_t>(kName[i]);
    if (at < kWordBytes) {
      first.range(bit + 7, bit) = letter;
    } else {
      second.range(bit + 7, bit) = letter;
    }
  }
  answer[0] = first;
  answer[1] = second;
}
