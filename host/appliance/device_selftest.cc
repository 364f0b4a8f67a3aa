// SPDX-License-Identifier: Apache-2.0
#include "appliance/device_selftest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "codec/codec.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

using Verdict = SelftestOutcome::Verdict;

constexpr size_t kBufferBytes = 64 << 10;
constexpr size_t kBuffers = 3;
// Between looks at a device that does not answer at once.
constexpr auto kPollPause = std::chrono::microseconds(100);

// FIPS 180-4 examples, as NIST publishes them with the standard: one block, and two of two blocks.
struct KnownDigest {
  std::string_view message;
  std::string_view hex;
};
constexpr std::array<KnownDigest, 3> kKnownDigests = {{
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrs"
     "t"
     "nopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
}};

void fill_with_text(MutableBytes bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>("penstock"[i % 8] + i / 512);
}

void fill_with_noise(MutableBytes bytes) {
  // The same for every device, at any time: NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp)
  std::mt19937_64 random(1);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
}

}  // namespace

Result<std::unique_ptr<Selftest>> DeviceSelftest::create(Device& device, std::chrono::nanoseconds patience) {
  PENSTOCK_TRY_ASSIGN(auto pool, BufferPool::create("self-test", kBufferBytes, kBuffers));
  PENSTOCK_TRY(device.register_memory(pool->slabs()));
  return std::unique_ptr<Selftest>(new DeviceSelftest(device, patience, std::move(pool)));
}

DeviceSelftest::DeviceSelftest(Device& device, std::chrono::nanoseconds patience,
                               std::unique_ptr<BufferPool> pool)
    : device_(&device),
      patience_(patience),
      pool_(std::move(pool)),
      raw_(pool_->acquire()),
      encoded_(pool_->acquire()),
      decoded_(pool_->acquire()) {}

SelftestOutcome DeviceSelftest::run(const std::stop_token& stop) {
  stop_ = stop;
  outcome_ = {};
  auto opened = device_->open_queue_pair(1);
  if (!opened) return {Verdict::failed, opened.error().why};
  queue_pair_ = std::move(*opened);
  bool well = !can(Operation::digest) || check_digests();
  for (const CodecId codec : device_->capabilities().codecs) {
    for (const bool compressible : {true, false}) well = well && check_frames(codec, compressible);
  }
  if (quiet_) queue_pair_.reset();
  return outcome_;
}

bool DeviceSelftest::can(Operation operation) const {
  return device_->capabilities().offers(operation);
}

bool DeviceSelftest::wrong(std::string_view what) {
  outcome_ = {Verdict::failed, fmt::format("the self-test failed: {}", what)};
  return false;
}

bool DeviceSelftest::finish(Job& job) {
  job.generation = queue_pair_->generation();
  std::array<Job*, 1> jobs = {&job};
  if (queue_pair_->submit(jobs) != 1) return wrong("an empty queue refused a job");
  const auto deadline = std::chrono::steady_clock::now() + patience_;
  while (queue_pair_->poll(jobs) == 0) {
    const bool late = std::chrono::steady_clock::now() > deadline;
    if (late || stop_.stop_requested()) {
      quiet_ = queue_pair_->abandon(job) == Quiescence::proven;
      if (late) {
        outcome_ = {Verdict::silent, "the self-test got no answer"};
      } else {
        outcome_ = {Verdict::stopped, "the self-test was stopped"};
      }
      return false;
    }
    std::this_thread::sleep_for(kPollPause);
  }
  return true;
}

// One job: the examples and a longer text, none of them where a word begins.
bool DeviceSelftest::check_digests() {
  constexpr size_t kChunks = kKnownDigests.size() + 1;
  constexpr uint32_t kTextBytes = 3001;
  const MutableBytes bytes = raw_.bytes();
  std::array<ChunkRef, kChunks> chunks;
  std::array<Digest, kChunks> digests;
  fill_with_text(bytes);
  uint32_t end = 0;
  for (size_t i = 0; i < kKnownDigests.size(); ++i) {
    const std::string_view message = kKnownDigests[i].message;
    chunks[i] = {end + 1 + end % 2, static_cast<uint32_t>(message.size())};
    std::ranges::copy(as_bytes(message), bytes.subspan(chunks[i].offset).begin());
    end = chunks[i].offset + chunks[i].length;
  }
  chunks.back() = {end + 1 + end % 2, kTextBytes};
  end = chunks.back().offset + kTextBytes;
  Job job;
  job.operation = Operation::digest;
  job.input = bytes.first(end);
  job.chunks = chunks;
  job.digests = digests;
  if (!finish(job)) return false;
  if (job.status != JobStatus::done) return wrong("digests were not made");
  for (size_t i = 0; i < kKnownDigests.size(); ++i) {
    if (digests[i].hex() != kKnownDigests[i].hex) return wrong("a digest is wrong");
  }
  if (digests.back() != sha256(bytes.subspan(chunks.back().offset, kTextBytes)))
    return wrong("a digest of a longer text is wrong");
  return true;
}

bool DeviceSelftest::check_frames(CodecId codec, bool compressible) {
  if (compressible) {
    fill_with_text(raw_.bytes());
  } else {
    fill_with_noise(raw_.bytes());
  }
  return (!can(Operation::encode) || check_frame(Operation::encode, codec, compressible)) &&
         (!can(Operation::digest_encode) || check_frame(Operation::digest_encode, codec, compressible));
}

bool DeviceSelftest::check_frame(Operation operation, CodecId codec, bool compressible) {
  constexpr uint32_t kFirstBytes = 30'001;
  const std::array<ChunkRef, 2> chunks = {{{0, kFirstBytes}, {kFirstBytes, kBufferBytes - kFirstBytes}}};
  std::array<Digest, 2> digests;
  const std::string name(codec_name(codec));
  Job job;
  job.operation = operation;
  job.codec = codec;
  job.input = raw_.bytes();
  job.chunks = chunks;
  job.output = encoded_.bytes();
  // What another job left there may be right.
  std::ranges::fill(job.output, uint8_t{0});
  if (operation == Operation::digest_encode) job.digests = digests;
  if (!finish(job)) return false;
  if (job.status != JobStatus::done && job.status != JobStatus::stored)
    return wrong(name + " did not encode");
  for (size_t i = 0; i < job.digests.size(); ++i) {
    if (digests[i] != sha256(raw_.bytes().subspan(chunks[i].offset, chunks[i].length)))
      return wrong("a digest that came with " + name + " is wrong");
  }
  if (job.status == JobStatus::stored)
    return codec == CodecId::stored || !compressible || wrong(name + " did not encode");
  if (job.output_length >= raw_.capacity()) return wrong(name + " gave a frame that is no smaller");
  const Bytes payload = encoded_.bytes().first(job.output_length);
  Decoder host;
  if (!host.decode(codec, payload, decoded_.bytes()) || !std::ranges::equal(raw_.bytes(), decoded_.bytes()))
    return wrong(name + " encoded to something else");
  return !can(Operation::decode) || check_decoding(codec, payload);
}

bool DeviceSelftest::check_decoding(CodecId codec, Bytes payload) {
  std::ranges::fill(decoded_.bytes(), uint8_t{0});
  Job job;
  job.operation = Operation::decode;
  job.codec = codec;
  job.input = payload;
  job.output = decoded_.bytes();
  if (!finish(job)) return false;
  if (job.status != JobStatus::done || !std::ranges::equal(raw_.bytes(), decoded_.bytes()))
    return wrong(std::string(codec_name(codec)) + " did not decode");
  return true;
}

}  // namespace penstock
