// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/result.h"
#include "codec/codec.h"
#include "dag/block_io.h"
#include "memory/buffer_pool.h"
#include "pipeline/frame_sink.h"
#include "verify/verifier.h"

namespace penstock {

// Packs blocks that the host itself made (nodes, directories, zero leaves, commits) into frames, encodes and
// verifies them on the CPU and appends what the sink does not have yet. Three buffers of kFrameBytesMax. One
// thread at a time.
class BlockPacker final : public BlockSink {
 public:
  static constexpr size_t kBuffers = 3;

  BlockPacker(FrameSink& sink, BufferPool& buffers, CodecSpec codec, VerifyLevel verify);

  // Calls it behind each append with its payload's bytes, in the thread that packs.
  void tell(std::function<void(uint64_t)> appended) { appended_ = std::move(appended); }

  Status put(const Cid& cid, Bytes block) override;
  // Appends what is still open. Call it before the blocks are needed.
  Status flush();

  // Of what was new to the sink: blocks, their raw bytes, their payload's bytes.
  uint64_t blocks() const { return blocks_; }
  uint64_t bytes_raw() const { return bytes_raw_; }
  uint64_t bytes_stored() const { return bytes_stored_; }
  const VerifyCounters& verify_counters() const { return verifier_.counters(); }

 private:
  void keep_missing();

  FrameSink* sink_;
  std::function<void(uint64_t)> appended_;
  CodecSpec codec_;
  Buffer raw_;
  Buffer payload_;
  Encoder encoder_;
  Verifier verifier_;
  size_t raw_bytes_ = 0;
  std::vector<BlockEntry> entries_;
  std::vector<Digest> digests_;
  std::vector<Claim> claims_;
  uint64_t blocks_ = 0;
  uint64_t bytes_raw_ = 0;
  uint64_t bytes_stored_ = 0;
};

}  // namespace penstock
