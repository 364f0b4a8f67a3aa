// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>

#include "base/bytes.h"
#include "kernels/abi/penstock_abi.h"

namespace penstock {

inline std::string xclbin_path() {
  const char* const path = std::getenv("PENSTOCK_XRT_XCLBIN");
  if (path == nullptr)
    throw std::runtime_error("PENSTOCK_XRT_XCLBIN is not set: run this by emulation/with-card");
  return path;
}

// A card of with-card's, loaded, with its kernels.
struct OpenCard {
  explicit OpenCard(unsigned number)
      : device(number),
        uuid(device.load_xclbin(xclbin_path())),
        describe(device, uuid, "describe"),
        digest(device, uuid, "digest_batch") {}

  xrt::device device;
  xrt::uuid uuid;
  xrt::kernel describe;
  xrt::kernel digest;
};

inline MutableBytes host_side(xrt::bo& buffer) {
  return {buffer.map<uint8_t*>(), buffer.size()};
}

// The buffers of one submission for digest_batch, whose chunks are `chunk_bytes` long each.
struct DigestBatch {
  DigestBatch(OpenCard& card, Bytes content, uint32_t chunk_bytes)
      : chunks(static_cast<uint32_t>(content.size() / chunk_bytes)),
        request(card.device, 128 + 8 * chunks + 64, card.digest.group_id(0)),
        input(card.device, content.size(), card.digest.group_id(1)),
        answer(card.device, 64 + 32 * chunks + 64, card.digest.group_id(2)) {
    const penstock_request_header header{
        PENSTOCK_REQUEST_MAGIC, PENSTOCK_ABI_VERSION,   PENSTOCK_DIGEST, 7, 1, chunks, 128, 64,
        PENSTOCK_CODEC_NONE,    PENSTOCK_HASH_SHA2_256, content.size(),  0, {}};
    const penstock_submission submission{0x1234, 0, static_cast<uint32_t>(content.size()), 0, chunks, 0, {}};
    uint8_t* const at = host_side(request).data();
    std::memcpy(at, &header, sizeof header);
    std::memcpy(at + 64, &submission, sizeof submission);
    for (uint32_t i = 0; i < chunks; ++i) {
      const penstock_chunk chunk{i * chunk_bytes, chunk_bytes};
      std::memcpy(at + 128 + 8 * i, &chunk, sizeof chunk);
    }
    std::memcpy(host_side(input).data(), content.data(), content.size());
    std::memset(host_side(answer).data(), 0, answer.size());
    for (xrt::bo* buffer : {&request, &input, &answer}) buffer->sync(XCL_BO_SYNC_BO_TO_DEVICE);
  }

  penstock_completion completion() {
    answer.sync(XCL_BO_SYNC_BO_FROM_DEVICE);
    penstock_completion completion;
    std::memcpy(&completion, host_side(answer).data(), sizeof completion);
    return completion;
  }
  Bytes digest(uint32_t chunk) { return host_side(answer).subspan(64 + 32 * size_t{chunk}, 32); }

  uint32_t chunks;
  xrt::bo request;
  xrt::bo input;
  xrt::bo answer;
};

}  // namespace penstock
