// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is read of a request, and checked, one submission after the other.

#include "hls/datapath/batch_rules.h"

namespace fabric {

// From any place in its first word.
constexpr uint32_t kChunkWordsMax = PENSTOCK_EXTENT_CHUNKS_MAX / kChunksInWord + 1;

// A submission's part of the chunk list.
struct ChunkWords {
  Word words[kChunkWordsMax];
};

// Chunk i of a submission whose words were read.
ChunkPlace chunk_at(const ChunkWords& list, const Submission& submission, uint32_t i);

// MALFORMED, or DONE where nothing contradicts itself or the header; then `list` has the chunks.
uint32_t check_submission(const Word* request, const RequestHeader& header, const Submission& submission,
                          ChunkWords& list);

}  // namespace fabric
