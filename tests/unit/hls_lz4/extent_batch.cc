// SPDX-License-Identifier: Apache-2.0
#include "unit/hls_lz4/extent_batch.h"

#include <algorithm>
#include <cstring>

#include "hls/decode_batch/decode_batch.h"
#include "hls/encode_batch/encode_batch.h"
#include "unit/hls_sha256/guarded_words.h"

namespace penstock {
namespace {

constexpr uint8_t kUntouched = 0xa5;

size_t words_of(size_t bytes) {
  return (bytes + 63) / 64;
}

template <class Kernel>
ExtentAnswer launch(const ExtentBatch& batch, Kernel kernel) {
  const Bytes bytes = batch.request();
  GuardedWords request(words_of(bytes.size()));
  std::memcpy(request.bytes().data(), bytes.data(), bytes.size());
  GuardedWords input(words_of(batch.input.size()));
  if (!batch.input.empty()) std::memcpy(input.bytes().data(), batch.input.data(), batch.input.size());
  GuardedWords answer(batch.submissions.size() + words_of(32 * batch.chunks.size()));
  std::memset(answer.bytes().data(), kUntouched, answer.bytes().size());
  GuardedWords arena(batch.header.arena_bytes / 64);
  kernel(request.words(), input.words(), answer.words(), arena.words());
  ExtentAnswer given;
  given.memory.assign(answer.bytes().begin(), answer.bytes().end());
  given.arena.assign(arena.bytes().begin(), arena.bytes().end());
  given.completions.resize(batch.submissions.size());
  std::memcpy(given.completions.data(), given.memory.data(), 64 * given.completions.size());
  return given;
}

}  // namespace

ExtentBatch::ExtentBatch(penstock_operation operation) {
  header.magic = PENSTOCK_REQUEST_MAGIC;
  header.abi_version = PENSTOCK_ABI_VERSION;
  header.operation = static_cast<uint16_t>(operation);
  header.generation = 77;
  header.codec = PENSTOCK_CODEC_LZ4;
  header.hash = operation == PENSTOCK_DIGEST_ENCODE ? PENSTOCK_HASH_SHA2_256 : PENSTOCK_HASH_NONE;
}

void ExtentBatch::add(const Bytes& extent, uint32_t output_bytes_max, uint32_t chunk_bytes) {
  penstock_submission submission = {};
  submission.cookie = 1000 + submissions.size();
  submission.input_offset = 64 * words_of(input.size());
  submission.input_bytes = static_cast<uint32_t>(extent.size());
  submission.first_chunk = static_cast<uint32_t>(chunks.size());
  submission.output_bytes_max = output_bytes_max;
  for (uint32_t at = 0; chunk_bytes != 0 && at < extent.size(); at += chunk_bytes) {
    chunks.push_back({at, std::min(chunk_bytes, static_cast<uint32_t>(extent.size()) - at)});
    ++submission.chunks;
  }
  submissions.push_back(submission);
  input.resize(submission.input_offset);
  input.insert(input.end(), extent.begin(), extent.end());
}

void ExtentBatch::seal() {
  header.submissions = static_cast<uint32_t>(submissions.size());
  header.chunks = static_cast<uint32_t>(chunks.size());
  header.chunks_offset = 64 * (1 + header.submissions);
  header.digests_offset = 64 * header.submissions;
  header.input_bytes = input.size();
  header.arena_bytes = 0;
  for (const penstock_submission& submission : submissions) {
    header.arena_bytes += 64 * words_of(submission.output_bytes_max);
  }
}

Bytes ExtentBatch::request() const {
  Bytes bytes(64 + 64 * submissions.size());
  std::memcpy(bytes.data(), &header, 64);
  for (size_t i = 0; i < submissions.size(); ++i)
    std::memcpy(bytes.data() + 64 + 64 * i, &submissions[i], 64);
  if (!chunks.empty() && header.chunks_offset >= bytes.size()) {
    bytes.resize(header.chunks_offset + 64 * words_of(8 * chunks.size()));
    std::memcpy(bytes.data() + header.chunks_offset, chunks.data(), 8 * chunks.size());
  }
  return bytes;
}

Bytes ExtentAnswer::output(size_t submission) const {
  const penstock_completion& completion = completions.at(submission);
  const auto begin = arena.begin() + std::ptrdiff_t(completion.output_offset);
  return Bytes(begin, begin + completion.output_bytes);
}

std::vector<uint32_t> ExtentAnswer::statuses() const {
  std::vector<uint32_t> statuses;
  for (const penstock_completion& completion : completions) statuses.push_back(completion.status);
  return statuses;
}

ExtentAnswer launch_encode(const ExtentBatch& batch) {
  return launch(batch, encode_batch);
}

ExtentAnswer launch_decode(const ExtentBatch& batch) {
  return launch(batch, decode_batch);
}

ExtentAnswer launch_batch(const ExtentBatch& batch) {
  return batch.header.operation == PENSTOCK_DECODE ? launch_decode(batch) : launch_encode(batch);
}

}  // namespace penstock
