// SPDX-License-Identifier: Apache-2.0
#include "unit/hls_lz4/extent_oracle.h"

#include <algorithm>
#include <cstring>

#include "unit/hls_lz4/lz4_launch.h"
#include "unit/hls_sha256/batch_request.h"

namespace penstock {
namespace {

bool is_operation_of(bool decode, uint16_t operation) {
  if (decode) return operation == PENSTOCK_DECODE;
  return operation == PENSTOCK_ENCODE || operation == PENSTOCK_DIGEST_ENCODE;
}

bool is_supported(const penstock_request_header& header) {
  const bool hashed = header.hash == PENSTOCK_HASH_SHA2_256;
  const bool hash_needed = header.operation == PENSTOCK_DIGEST_ENCODE;
  return header.codec == PENSTOCK_CODEC_LZ4 &&
         (hashed || (!hash_needed && header.hash == PENSTOCK_HASH_NONE));
}

// The rules that all operations share are those of DIGEST: the request as one of these.
Bytes as_digest(std::span<const uint8_t> request, const penstock_request_header& header, bool decode) {
  penstock_request_header shared = header;
  shared.operation = is_operation_of(decode, header.operation) ? PENSTOCK_DIGEST : 0;
  shared.codec = PENSTOCK_CODEC_LZ4;
  shared.hash = is_supported(header) ? PENSTOCK_HASH_SHA2_256 : 0x7777;
  Bytes bytes(request.begin(), request.end());
  std::memcpy(bytes.data(), &shared, sizeof shared);
  return bytes;
}

Bytes engine_output(std::span<const uint8_t> input, const penstock_submission& submission, bool decode,
                    bool& done) {
  // What the host did not write of its input is zeros.
  Bytes extent(submission.input_bytes);
  const uint64_t begin = std::min<uint64_t>(submission.input_offset, input.size());
  const uint64_t bytes = std::min<uint64_t>(extent.size(), input.size() - begin);
  if (bytes > 0) std::memcpy(extent.data(), input.data() + begin, bytes);
  const std::vector<EngineJob> job = {{extent, submission.output_bytes_max}};
  const EngineOutput output = decode ? launch_decompressor(job).front() : launch_compressor(job).front();
  done = output.done;
  return output.output;
}

}  // namespace

ExpectedExtents expected_extents(std::span<const uint8_t> request, std::span<const uint8_t> input,
                                 bool decode) {
  penstock_request_header header;
  std::memcpy(&header, request.data(), sizeof header);
  const bool digests = header.operation == PENSTOCK_DIGEST_ENCODE;
  ExpectedAnswer shared = expected_answer(as_digest(request, header, decode), input, digests);
  ExpectedExtents expected;
  expected.request_bytes = shared.request_bytes;
  expected.answer_bytes = digests ? shared.answer_bytes : 64 * shared.completions.size();
  expected.digests_offset = header.digests_offset;
  expected.digests = std::move(shared.digests);
  expected.outputs.resize(shared.completions.size());
  uint64_t next = 0;
  for (size_t i = 0; i < shared.completions.size(); ++i) {
    penstock_submission submission = {};
    if (64 * (i + 2) <= request.size()) std::memcpy(&submission, request.data() + 64 * (i + 1), 64);
    penstock_completion completion = shared.completions[i];
    if (!digests) completion.chunks = 0;
    if (completion.status == PENSTOCK_DONE && decode &&
        submission.output_bytes_max > PENSTOCK_EXTENT_BYTES_MAX)
      completion.status = PENSTOCK_MALFORMED;
    if (completion.status == PENSTOCK_DONE) {
      bool done = false;
      Bytes output = engine_output(input, submission, decode, done);
      const uint64_t rounded = (output.size() + 63) / 64 * 64;
      if (!done) {
        completion.status = decode ? PENSTOCK_CORRUPT : PENSTOCK_STORED;
      } else if (next + rounded > header.arena_bytes) {
        completion.status = decode ? PENSTOCK_FAILED : PENSTOCK_STORED;
      } else {
        completion.output_offset = next;
        completion.output_bytes = static_cast<uint32_t>(output.size());
        expected.outputs[i] = std::move(output);
        next += rounded;
      }
    }
    expected.completions.push_back(completion);
  }
  return expected;
}

}  // namespace penstock
