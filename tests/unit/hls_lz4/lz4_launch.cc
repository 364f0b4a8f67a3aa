// SPDX-License-Identifier: Apache-2.0
#include "unit/hls_lz4/lz4_launch.h"

#include <lz4.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "hls/lz4_compress/lz4_compress.h"
#include "hls/lz4_decompress/lz4_decompress.h"

namespace penstock {
namespace {

using fabric::ExtentJob;
using fabric::OutputResult;
using fabric::OutputWord;
using fabric::Word;

void feed(const std::vector<EngineJob>& jobs, hls::stream<ExtentJob>& to_jobs, hls::stream<Word>& words) {
  for (const EngineJob& job : jobs) {
    to_jobs.write({static_cast<uint32_t>(job.input.size()), job.output_bytes_max, false});
    for (size_t at = 0; at < job.input.size(); at += 64) {
      // What lies behind an extent in its last word is anything.
      std::array<uint8_t, 64> bytes;
      bytes.fill(0xa5);
      std::copy_n(job.input.begin() + std::ptrdiff_t(at), std::min<size_t>(64, job.input.size() - at),
                  bytes.begin());
      Word word;
      std::memcpy(static_cast<void*>(&word), bytes.data(), 64);
      words.write(word);
    }
  }
  to_jobs.write({0, 0, true});
}

void collect(std::vector<EngineOutput>& outputs, hls::stream<OutputWord>& words,
             hls::stream<OutputResult>& results) {
  for (EngineOutput& output : outputs) {
    while (true) {
      const OutputWord item = words.read();
      if (item.end) break;
      const auto* bytes = reinterpret_cast<const uint8_t*>(&item.word);
      output.words.insert(output.words.end(), bytes, bytes + 64);
    }
    const OutputResult result = results.read();
    output.done = result.done;
    output.bytes = result.bytes;
    if (output.bytes <= output.words.size()) {
      output.output.assign(output.words.begin(), output.words.begin() + std::ptrdiff_t(output.bytes));
    }
  }
}

template <class Call>
std::vector<EngineOutput> launch(const std::vector<EngineJob>& jobs, Call engine) {
  std::vector<EngineOutput> outputs(jobs.size());
  {
    HLS_REGION(launch);
    hls::stream<ExtentJob, 2> to_jobs("launch.jobs");
    hls::stream<Word, 2> words("launch.words");
    hls::stream<OutputWord, 2> output("launch.output");
    hls::stream<OutputResult, 2> results("launch.results");
    HLS_PROCESS(feed, feed(jobs, to_jobs, words));
    HLS_PROCESS(engine, engine(to_jobs, words, output, results));
    HLS_PROCESS(collect, collect(outputs, output, results));
  }
  return outputs;
}

}  // namespace

bool ends_in_zeros(const EngineOutput& output) {
  const auto behind = std::span(output.words).subspan(std::min<size_t>(output.bytes, output.words.size()));
  return std::all_of(behind.begin(), behind.end(), [](uint8_t byte) { return byte == 0; });
}

std::vector<EngineOutput> launch_compressor(const std::vector<EngineJob>& jobs, bool few_position_bits) {
  return launch(jobs, [=](auto& to_jobs, auto& words, auto& output, auto& results) {
    if (few_position_bits) {
      fabric::lz4_compress<fabric::kPositionBitsMin>(to_jobs, words, output, results, 0);
    } else {
      fabric::lz4_compress<>(to_jobs, words, output, results, 0);
    }
  });
}

std::vector<EngineOutput> launch_decompressor(const std::vector<EngineJob>& jobs) {
  return launch(jobs, [](auto& to_jobs, auto& words, auto& output, auto& results) {
    fabric::lz4_decompress(to_jobs, words, output, results, 0);
  });
}

Bytes liblz4_payload(std::span<const uint8_t> raw) {
  Bytes payload(static_cast<size_t>(LZ4_compressBound(static_cast<int>(raw.size()))));
  const int bytes =
      LZ4_compress_default(reinterpret_cast<const char*>(raw.data()), reinterpret_cast<char*>(payload.data()),
                           static_cast<int>(raw.size()), static_cast<int>(payload.size()));
  payload.resize(static_cast<size_t>(bytes));
  return payload;
}

bool liblz4_decodes(std::span<const uint8_t> payload, size_t raw_bytes, Bytes& raw) {
  raw.assign(raw_bytes + 1, 0);  // so that there is an address where there are no bytes
  const int bytes =
      LZ4_decompress_safe(reinterpret_cast<const char*>(payload.data()), reinterpret_cast<char*>(raw.data()),
                          static_cast<int>(payload.size()), static_cast<int>(raw_bytes));
  raw.resize(raw_bytes);
  return bytes >= 0 && static_cast<size_t>(bytes) == raw_bytes;
}

}  // namespace penstock
