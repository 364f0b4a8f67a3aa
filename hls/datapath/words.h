// SPDX-License-Identifier: Apache-2.0
#pragma once

// A word of memory, and the records of the batch contract (kernels/abi) in words: read and written by ranges
// of bits, because synthesis refuses to see one type of memory as another. What is reserved is neither read
// nor written.

#include <ap_int.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/abi/penstock_abi.h"

namespace fabric {

// Byte i of memory is bits 8i+7 to 8i.
using Word = ap_uint<8 * PENSTOCK_WORD_BYTES>;

struct RequestHeader {
  uint32_t magic;
  uint16_t abi_version;
  uint16_t operation;
  uint32_t generation;
  uint32_t submissions;
  uint32_t chunks;
  uint32_t chunks_offset;
  uint32_t digests_offset;
  uint16_t codec;
  uint16_t hash;
  uint64_t input_bytes;
  uint64_t arena_bytes;
};

struct Submission {
  uint64_t cookie;
  uint64_t input_offset;
  uint32_t input_bytes;
  uint32_t first_chunk;
  uint32_t chunks;
  uint32_t output_bytes_max;
};

struct ChunkPlace {
  uint32_t offset;
  uint32_t bytes;
};

struct Completion {
  uint64_t cookie;
  uint64_t output_offset;
  uint32_t generation;
  uint32_t status;
  uint32_t output_bytes;
  uint32_t chunks;
};

constexpr uint32_t kWordBytes = PENSTOCK_WORD_BYTES;
constexpr uint32_t kChunksInWord = kWordBytes / sizeof(penstock_chunk);

// The static bound of loops that end by a break: what no launch comes near.
constexpr uint64_t kStepsMax = uint64_t(1) << 40;

// A little-endian number whose first byte is `byte` of the word.
inline uint16_t field16(const Word& word, int byte) {
  return static_cast<uint16_t>(word.range(8 * byte + 15, 8 * byte).to_uint());
}
inline uint32_t field32(const Word& word, int byte) {
  return word.range(8 * byte + 31, 8 * byte).to_uint();
}
inline uint64_t field64(const Word& word, int byte) {
  return word.range(8 * byte + 63, 8 * byte).to_uint64();
}
inline void set_field16(Word& word, int byte, uint16_t value) {
  word.range(8 * byte + 15, 8 * byte) = value;
}
inline void set_field32(Word& word, int byte, uint32_t value) {
  word.range(8 * byte + 31, 8 * byte) = value;
}
inline void set_field64(Word& word, int byte, uint64_t value) {
  word.range(8 * byte + 63, 8 * byte) = value;
}

inline RequestHeader decode_header(const Word& word) {
  RequestHeader header;
  header.magic = field32(word, offsetof(penstock_request_header, magic));
  header.abi_version = field16(word, offsetof(penstock_request_header, abi_version));
  header.operation = field16(word, offsetof(penstock_request_header, operation));
  header.generation = field32(word, offsetof(penstock_request_header, generation));
  header.submissions = field32(word, offsetof(penstock_request_header, submissions));
  header.chunks = field32(word, offsetof(penstock_request_header, chunks));
  header.chunks_offset = field32(word, offsetof(penstock_request_header, chunks_offset));
  header.digests_offset = field32(word, offsetof(penstock_request_header, digests_offset));
  header.codec = field16(word, offsetof(penstock_request_header, codec));
  header.hash = field16(word, offsetof(penstock_request_header, hash));
  header.input_bytes = field64(word, offsetof(penstock_request_header, input_bytes));
  header.arena_bytes = field64(word, offsetof(penstock_request_header, arena_bytes));
  return header;
}

inline Submission decode_submission(const Word& word) {
  Submission submission;
  submission.cookie = field64(word, offsetof(penstock_submission, cookie));
  submission.input_offset = field64(word, offsetof(penstock_submission, input_offset));
  submission.input_bytes = field32(word, offsetof(penstock_submission, input_bytes));
  submission.first_chunk = field32(word, offsetof(penstock_submission, first_chunk));
  submission.chunks = field32(word, offsetof(penstock_submission, chunks));
  submission.output_bytes_max = field32(word, offsetof(penstock_submission, output_bytes_max));
  return submission;
}

// The chunk of a word of the list at place 0 to kChunksInWord - 1.
inline ChunkPlace decode_chunk(const Word& word, uint32_t place) {
  const int at = static_cast<int>(place * sizeof(penstock_chunk));
  ChunkPlace chunk;
  chunk.offset = field32(word, at + static_cast<int>(offsetof(penstock_chunk, offset)));
  chunk.bytes = field32(word, at + static_cast<int>(offsetof(penstock_chunk, bytes)));
  return chunk;
}

inline Word encode_completion(const Completion& completion) {
  Word word = 0;
  set_field64(word, offsetof(penstock_completion, cookie), completion.cookie);
  set_field64(word, offsetof(penstock_completion, output_offset), completion.output_offset);
  set_field32(word, offsetof(penstock_completion, generation), completion.generation);
  set_field32(word, offsetof(penstock_completion, status), completion.status);
  set_field32(word, offsetof(penstock_completion, output_bytes), completion.output_bytes);
  set_field32(word, offsetof(penstock_completion, chunks), completion.chunks);
  return word;
}

}  // namespace fabric
