// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch.h"

#include <cstring>

#include "base/check.h"

namespace penstock {

void Batch::ask(Step next, Operation operation) {
  job.operation = operation;
  job.input = raw();
  job.chunks = chunks;
  job.output = operation == Operation::digest ? MutableBytes() : output.bytes();
  job.digests = operation == Operation::encode ? std::span<Digest>() : std::span(digests);
  step = next;
  state = State::ready;
}

void Batch::ask_digest() {
  ask(Step::digest, Operation::digest);
}

void Batch::ask_fused(CodecSpec codec, bool any_codec) {
  job.codec = codec.id;
  job.codec_level = codec.level;
  job.any_codec = any_codec;
  ask(Step::digest, Operation::digest_encode);
}

void Batch::ask_encode(CodecSpec codec, bool any_codec) {
  job.codec = codec.id;
  job.codec_level = codec.level;
  job.any_codec = any_codec;
  ask(Step::encode, Operation::encode);
}

uint64_t Batch::close_gaps(uint32_t alignment) {
  PENSTOCK_CHECK(alignment > 0);
  if (chunks.empty()) {
    bytes = 0;
    return 0;
  }
  uint8_t* const base = input.bytes().data();
  const uint32_t first = begin + chunks.front().offset;
  const uint32_t new_begin = first - first % alignment;
  uint64_t moved = 0;
  uint32_t end = new_begin;
  for (ChunkRef& chunk : chunks) {
    const uint32_t from = begin + chunk.offset;
    if (from != end) {
      std::memmove(base + end, base + from, chunk.length);
      moved += chunk.length;
    }
    chunk.offset = end - new_begin;
    end += chunk.length;
  }
  begin = new_begin;
  bytes = end - new_begin;
  return moved;
}

}  // namespace penstock
