// SPDX-License-Identifier: Apache-2.0
#include "appliance/device_selftest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string_view>
#include <thread>

#include "codec/codec.h"
#include "memory/buffer_pool.h"

namespace penstock {
namespace {

constexpr size_t kBufferBytes = 64 << 10;
constexpr auto kPatience = std::chrono::seconds(10);

// FIPS 180-4 examples, as NIST publishes them with the standard: one block, two blocks.
struct KnownDigest {
  std::string_view message;
  std::string_view hex;
};
constexpr std::array<KnownDigest, 2> kKnownDigests = {{
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
}};

// The device's buffers and its queue pair, for one job at a time.
struct Bench {
  std::unique_ptr<BufferPool> pool;
  std::unique_ptr<QueuePair> queue;
  std::string name;
};

Failure wrong(const Bench& bench, std::string_view what) {
  return fail(Errc::corrupt, bench.name, fmt::format("the self-test failed: {}", what),
              "do not use this device");
}

Status finish(Bench& bench, Job& job) {
  job.generation = bench.queue->generation();
  std::array<Job*, 1> jobs = {&job};
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  if (bench.queue->submit(jobs) != 1) return wrong(bench, "an empty queue refused a job");
  while (bench.queue->poll(jobs) == 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      bench.queue->abandon(job);
      return fail(Errc::failed, bench.name, "the self-test got no answer", "do not use this device");
    }
    std::this_thread::yield();
  }
  return {};
}

Status check_digest(Bench& bench, const KnownDigest& known) {
  const Buffer input = bench.pool->acquire();
  std::ranges::copy(as_bytes(known.message), input.bytes().begin());
  const ChunkRef chunk{0, static_cast<uint32_t>(known.message.size())};
  Digest digest;
  Job job;
  job.operation = Operation::digest;
  job.input = input.bytes().first(known.message.size());
  job.chunks = {&chunk, 1};
  job.digests = {&digest, 1};
  PENSTOCK_TRY(finish(bench, job));
  if (job.status != JobStatus::done || digest.hex() != known.hex) return wrong(bench, "a digest is wrong");
  return {};
}

Status check_codec(Bench& bench, CodecId codec) {
  const Buffer raw = bench.pool->acquire();
  const Buffer encoded = bench.pool->acquire();
  const Buffer decoded = bench.pool->acquire();
  for (size_t i = 0; i < raw.capacity(); ++i)
    raw.bytes()[i] = static_cast<uint8_t>("penstock"[i % 8] + i / 512);
  const ChunkRef whole{0, static_cast<uint32_t>(raw.capacity())};
  const std::string name(codec_name(codec));
  Job encode;
  encode.operation = Operation::encode;
  encode.codec = codec;
  encode.input = raw.bytes();
  encode.chunks = {&whole, 1};
  encode.output = encoded.bytes();
  PENSTOCK_TRY(finish(bench, encode));
  if (codec == CodecId::stored && encode.status == JobStatus::stored) return {};
  if (encode.status != JobStatus::done) return wrong(bench, name + " did not encode");
  const Bytes payload = encoded.bytes().first(std::min<size_t>(encode.output_length, encoded.capacity()));
  Decoder host;
  if (!host.decode(codec, payload, decoded.bytes()) || !std::ranges::equal(raw.bytes(), decoded.bytes())) {
    return wrong(bench, name + " encoded to something else");
  }
  std::ranges::fill(decoded.bytes(), uint8_t{0});
  Job decode;
  decode.operation = Operation::decode;
  decode.codec = codec;
  decode.input = payload;
  decode.output = decoded.bytes();
  PENSTOCK_TRY(finish(bench, decode));
  if (decode.status != JobStatus::done || !std::ranges::equal(raw.bytes(), decoded.bytes())) {
    return wrong(bench, name + " did not decode");
  }
  return {};
}

}  // namespace

Status selftest(Device& device) {
  Bench bench;
  bench.name = device.capabilities().name;
  PENSTOCK_TRY_ASSIGN(bench.pool, BufferPool::create("self-test", kBufferBytes, 3));
  PENSTOCK_TRY(device.register_memory(bench.pool->slabs()));
  PENSTOCK_TRY_ASSIGN(bench.queue, device.open_queue_pair(1));
  for (const KnownDigest& known : kKnownDigests) PENSTOCK_TRY(check_digest(bench, known));
  for (const CodecId codec : device.capabilities().codecs) PENSTOCK_TRY(check_codec(bench, codec));
  return {};
}

}  // namespace penstock
