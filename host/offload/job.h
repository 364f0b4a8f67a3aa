// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/ids.h"
#include "memory/buffer_pool.h"

namespace penstock {

enum class Operation : uint8_t {
  digest,         // digests[i] = hash of chunk i
  encode,         // output = one frame of the chunks, if it is smaller than they are and fits
  digest_encode,  // both, in one pass where the device can
  decode,         // output = the frame's raw bytes; input is the payload; output.size() is the raw length
};

enum class JobStatus : uint8_t {
  pending,  // not back yet
  done,
  stored,       // encode: the frame did not get smaller or does not fit: no payload, store the raw bytes
  output_full,  // decode: more raw bytes than output holds; a device that cannot tell says corrupt
  corrupt,      // decode: the payload is not a valid frame of that raw length
  unsupported,  // operation, codec, level, hash or size that Capabilities do not list, or a malformed list of
                // chunks
  stale_generation,  // submitted under a generation that the queue pair has left; nothing was read or written
  failed,            // the device could not do it
  contradictory,     // its answer cannot be: nothing of it was taken
};

// A chunk's place in the input.
struct ChunkRef {
  uint32_t offset = 0;
  uint32_t length = 0;
};

// One extent of work, owned by the caller and laid out by it. From an accepted submit until poll hands it
// back (or abandon does) the job, its input, output, digests and chunk list are the device's: the caller
// leaves them alone.
struct Job {
  static constexpr uint16_t kNoMember = UINT16_MAX;

  // The request.
  Operation operation = Operation::digest;
  HashId hash = HashId::sha2_256;
  CodecId codec = CodecId::zstd;
  int codec_level = 1;
  Bytes input;                       // never written by a device
  std::span<const ChunkRef> chunks;  // ascending, inside input; encode takes them adjacent, from offset 0
  MutableBytes output;               // encode, decode
  std::span<Digest> digests;         // digest: one a chunk
  uint64_t cookie = 0;               // the caller's, untouched
  uint32_t generation = 0;           // must be QueuePair::generation()

  // What a dispatcher needs beside it, and a device does not look at.
  Buffer* input_buffer = nullptr;   // that input and output lie in: where a device may still touch them after
  Buffer* output_buffer = nullptr;  // its time, others of the same pools are put in their place
  bool any_codec = false;           // encode: a device that lacks `codec` may take what it has instead
  bool cpu_only = false;            // after a wrong answer
  bool no_cpu_share = false;        // the CPU does it only where no device can
  uint16_t not_member = kNoMember;  // whose answer this one is to check: another device does it, or the CPU

  // The answer.
  JobStatus status = JobStatus::pending;
  uint32_t output_length = 0;  // bytes of output that count; 0 for stored
  uint16_t member = 0;         // of a dispatcher: whose answer it is
};

}  // namespace penstock
