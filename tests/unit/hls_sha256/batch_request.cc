// SPDX-License-Identifier: Apache-2.0
#include "unit/hls_sha256/batch_request.h"

#include <algorithm>
#include <cstring>

namespace penstock {
namespace {

template <class Record>
Record record_at(std::span<const uint8_t> bytes, uint64_t offset) {
  Record record = {};
  if (offset < bytes.size()) {
    std::memcpy(&record, bytes.data() + offset, std::min<uint64_t>(sizeof record, bytes.size() - offset));
  }
  return record;
}

template <class Record>
void put(std::vector<uint8_t>& bytes, uint64_t offset, const Record& record) {
  if (bytes.size() < offset + sizeof record) bytes.resize(offset + sizeof record);
  std::memcpy(bytes.data() + offset, &record, sizeof record);
}

constexpr uint64_t rounded_up(uint64_t bytes) {
  return (bytes + 63) / 64 * 64;
}

uint32_t header_status(const penstock_request_header& header) {
  if (header.magic != PENSTOCK_REQUEST_MAGIC || header.abi_version != PENSTOCK_ABI_VERSION)
    return PENSTOCK_MALFORMED;
  if (header.operation != PENSTOCK_DIGEST) return PENSTOCK_MALFORMED;
  if (header.chunks_offset % 64 != 0 || header.digests_offset % 64 != 0) return PENSTOCK_MALFORMED;
  if (header.chunks > 0) {
    if (header.chunks_offset < 64u + 64u * header.submissions) return PENSTOCK_MALFORMED;
    if (header.digests_offset < 64u * header.submissions) return PENSTOCK_MALFORMED;
  }
  if (header.chunks > header.submissions * PENSTOCK_EXTENT_CHUNKS_MAX) return PENSTOCK_MALFORMED;
  if (header.hash != PENSTOCK_HASH_SHA2_256) return PENSTOCK_UNSUPPORTED;
  if (header.codec != PENSTOCK_CODEC_NONE && header.codec != PENSTOCK_CODEC_LZ4) return PENSTOCK_UNSUPPORTED;
  return PENSTOCK_DONE;
}

bool extent_fits(const penstock_request_header& header, const penstock_submission& submission) {
  __extension__ typedef unsigned __int128 Wide;
  return submission.input_offset % 64 == 0 && submission.input_bytes <= PENSTOCK_EXTENT_BYTES_MAX &&
         Wide(submission.input_offset) + submission.input_bytes <= header.input_bytes &&
         submission.chunks <= PENSTOCK_EXTENT_CHUNKS_MAX &&
         Wide(submission.first_chunk) + submission.chunks <= header.chunks;
}

std::vector<penstock_chunk> chunks_of(std::span<const uint8_t> request, const penstock_request_header& header,
                                      const penstock_submission& submission) {
  std::vector<penstock_chunk> chunks;
  for (uint64_t i = submission.first_chunk; i < uint64_t(submission.first_chunk) + submission.chunks; ++i) {
    chunks.push_back(record_at<penstock_chunk>(request, header.chunks_offset + 8 * i));
  }
  return chunks;
}

bool ascend(const std::vector<penstock_chunk>& chunks, uint32_t extent_bytes) {
  uint64_t end = 0;
  for (const penstock_chunk& chunk : chunks) {
    if (chunk.offset < end) return false;
    end = uint64_t(chunk.offset) + chunk.bytes;
    if (end > extent_bytes) return false;
  }
  return true;
}

Sha256Bytes digest_at(std::span<const uint8_t> input, uint64_t offset, uint64_t bytes) {
  if (offset + bytes <= input.size()) return openssl_sha256(input.subspan(offset, bytes));
  std::vector<uint8_t> message(bytes);
  if (offset < input.size()) std::copy(input.begin() + std::ptrdiff_t(offset), input.end(), message.begin());
  return openssl_sha256(message);
}

}  // namespace

std::vector<uint8_t> BatchRequest::bytes() const {
  std::vector<uint8_t> bytes;
  put(bytes, 0, header);
  for (size_t i = 0; i < submissions.size(); ++i) put(bytes, 64 + 64 * i, submissions[i]);
  for (size_t i = 0; i < chunks.size(); ++i) put(bytes, header.chunks_offset + 8 * i, chunks[i]);
  bytes.resize(rounded_up(bytes.size()));
  return bytes;
}

void BatchRequest::seal(uint32_t gap_words) {
  const auto n = static_cast<uint32_t>(submissions.size());
  header.magic = PENSTOCK_REQUEST_MAGIC;
  header.abi_version = PENSTOCK_ABI_VERSION;
  header.operation = PENSTOCK_DIGEST;
  header.submissions = n;
  header.chunks = static_cast<uint32_t>(chunks.size());
  header.chunks_offset = 64 * (1 + n + gap_words);
  header.digests_offset = 64 * (n + gap_words);
  header.hash = PENSTOCK_HASH_SHA2_256;
  header.input_bytes = input.size();
}

BatchRequest random_batch(size_t submissions, uint32_t extent_bytes_max, uint32_t chunk_bytes_max,
                          std::mt19937_64& random) {
  BatchRequest batch;
  for (size_t i = 0; i < submissions; ++i) {
    penstock_submission submission = {};
    submission.cookie = random();
    submission.input_offset = rounded_up(batch.input.size()) + 64 * (random() % 3);
    submission.first_chunk = static_cast<uint32_t>(batch.chunks.size());
    const auto extent = static_cast<uint32_t>(random() % (extent_bytes_max + 1));
    uint32_t at = 0;
    while (at < extent && submission.chunks < PENSTOCK_EXTENT_CHUNKS_MAX) {
      const uint32_t gap = random() % 4 == 0 ? static_cast<uint32_t>(random() % 70) : 0;
      const auto bytes = static_cast<uint32_t>(random() % (chunk_bytes_max + 1));
      penstock_chunk chunk = {};
      chunk.offset = std::min(at + gap, extent);
      chunk.bytes = std::min(bytes, extent - chunk.offset);
      at = chunk.offset + chunk.bytes;
      batch.chunks.push_back(chunk);
      ++submission.chunks;
    }
    submission.input_bytes = extent;
    batch.submissions.push_back(submission);
    batch.input.resize(submission.input_offset + extent);
  }
  for (uint8_t& byte : batch.input) byte = static_cast<uint8_t>(random());
  batch.header.generation = static_cast<uint32_t>(random());
  batch.seal(static_cast<uint32_t>(random() % 3));
  return batch;
}

ExpectedAnswer expected_answer(std::span<const uint8_t> request, std::span<const uint8_t> input,
                               bool with_digests) {
  ExpectedAnswer answer;
  const auto header = record_at<penstock_request_header>(request, 0);
  if (header.submissions < 1 || header.submissions > PENSTOCK_SUBMISSIONS_MAX) return answer;
  answer.request_bytes = 64 + 64 * header.submissions;
  answer.answer_bytes = 64 * header.submissions;
  answer.digests_offset = header.digests_offset;
  const uint32_t status = header_status(header);
  for (uint32_t i = 0; i < header.submissions; ++i) {
    const auto submission = record_at<penstock_submission>(request, 64 + 64 * uint64_t(i));
    penstock_completion completion = {};
    completion.cookie = submission.cookie;
    completion.generation = header.generation;
    completion.status = status;
    if (status == PENSTOCK_DONE && !extent_fits(header, submission)) completion.status = PENSTOCK_MALFORMED;
    if (completion.status == PENSTOCK_DONE) {
      const uint64_t end = uint64_t(submission.first_chunk) + submission.chunks;
      if (submission.chunks > 0) {
        answer.request_bytes =
            std::max<size_t>(answer.request_bytes, header.chunks_offset + rounded_up(8 * end));
      }
      const std::vector<penstock_chunk> chunks = chunks_of(request, header, submission);
      if (ascend(chunks, submission.input_bytes)) {
        completion.chunks = submission.chunks;
        if (!chunks.empty()) {
          answer.answer_bytes =
              std::max<size_t>(answer.answer_bytes, header.digests_offset + rounded_up(32 * end));
        }
        for (size_t c = 0; with_digests && c < chunks.size(); ++c) {
          answer.digests[submission.first_chunk + c] =
              digest_at(input, submission.input_offset + chunks[c].offset, chunks[c].bytes);
        }
      } else {
        completion.status = PENSTOCK_MALFORMED;
      }
    }
    answer.completions.push_back(completion);
  }
  return answer;
}

}  // namespace penstock
