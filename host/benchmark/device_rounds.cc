// SPDX-License-Identifier: Apache-2.0
#include "benchmark/device_rounds.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "base/limits.h"
#include "benchmark/process_time.h"
#include "benchmark/stopwatch.h"
#include "codec/codec.h"
#include "hash/sha256.h"
#include "offload/job_check.h"

namespace penstock {
namespace {

// Between two looks at a device that has nothing to give: a thread that spins would count as the device's.
constexpr auto kPause = std::chrono::microseconds(20);

}  // namespace

Result<std::unique_ptr<DeviceRounds>> DeviceRounds::create(const BenchedDevice& device,
                                                           const FrameSet& frames) {
  std::unique_ptr<DeviceRounds> rounds(new DeviceRounds(device, frames.frames()));
  PENSTOCK_TRY(rounds->open(frames.frames()));
  return rounds;
}

Status DeviceRounds::open(std::span<const FrameSet::Frame> frames) {
  PENSTOCK_TRY_ASSIGN(pool_, BufferPool::create("device bench", kFrameBytesMax, 3 * frames.size()));
  PENSTOCK_TRY(device_.device->register_memory(pool_->slabs()));
  for (size_t i = 0; i < frames.size(); ++i) {
    Item& item = items_[i];
    item.frame = &frames[i];
    item.raw = pool_->acquire();
    std::ranges::copy(frames[i].raw, item.raw.bytes().begin());
    uint32_t offset = 0;
    for (const BlockEntry& entry : frames[i].entries) {
      item.chunks.push_back({offset, entry.length});
      offset += entry.length;
    }
    item.digests.resize(item.chunks.size());
  }
  // Inputs side by side, so that a device meets them in as few slabs as there can be.
  for (Item& item : items_) item.payload = pool_->acquire();
  for (Item& item : items_) item.decoded = pool_->acquire();
  PENSTOCK_TRY_ASSIGN(
      queue_, device_.device->open_queue_pair(std::min(kDepth, device_.device->capabilities().queue_depth)));
  list_ways();
  return {};
}

// Each codec is decoded behind the encoding that made its payloads.
void DeviceRounds::list_ways() {
  const Capabilities& can = device_.device->capabilities();
  const auto add = [&](Operation operation, CodecSpec codec) {
    if (!can.offers(operation)) return;
    WayBench way;
    way.operation = operation;
    way.codec = codec;
    way.device = device_.name;
    way.way = !can.is_cpu                      ? can.name
              : operation == Operation::digest ? "CPU, " + std::string(sha256_path().name())
                                               : "CPU";
    way.emulated = device_.emulated;
    ways_.push_back(std::move(way));
  };
  add(Operation::digest, {});
  for (const CodecId id : can.codecs) {
    if (id == CodecId::stored) continue;
    for (const Operation operation : {Operation::digest_encode, Operation::encode, Operation::decode})
      add(operation, {id, 1});
  }
}

Status DeviceRounds::run_round(bool check) {
  for (WayBench& way : ways_) PENSTOCK_TRY(run(way, check));
  return {};
}

Status DeviceRounds::run(WayBench& way, bool check) {
  todo_.clear();
  way.bytes = way.bytes_encoded = 0;
  for (Item& item : items_) {
    if (way.operation == Operation::decode && item.payload_bytes == 0) continue;
    prepare(item, way);
    todo_.push_back(&item);
    way.bytes += item.frame->raw.size();
  }
  const double modelled = modelled_seconds();
  const uint64_t cpu = process_nanoseconds();
  Stopwatch watch;
  PENSTOCK_TRY(feed());
  way.wall.add_run(watch.lap());
  way.cpu.add_run(process_nanoseconds() - cpu);
  way.modelled_seconds = modelled_seconds() - modelled;
  for (Item* item : todo_) {
    if (wants_encoding(way.operation)) {
      item->payload_bytes = item->job.status == JobStatus::done ? item->job.output_length : 0;
    }
    if (way.operation != Operation::digest)
      way.bytes_encoded += item->payload_bytes > 0 ? item->payload_bytes : item->frame->raw.size();
  }
  return check ? check_answers(way) : Status{};
}

// What is right already would pass for the device's answer, so nothing is.
void DeviceRounds::prepare(Item& item, const WayBench& way) {
  Job& job = item.job;
  const size_t raw_bytes = item.frame->raw.size();
  job = Job{};
  job.operation = way.operation;
  job.codec = way.codec.id;
  job.codec_level = way.codec.level;
  job.generation = queue_->generation();
  if (way.operation == Operation::decode) {
    job.input = item.payload.bytes().first(item.payload_bytes);
    job.output = item.decoded.bytes().first(raw_bytes);
    std::ranges::fill(job.output, uint8_t{0});
    return;
  }
  job.input = item.raw.bytes().first(raw_bytes);
  job.chunks = item.chunks;
  if (wants_digests(way.operation)) job.digests = item.digests;
  if (wants_encoding(way.operation)) job.output = item.payload.bytes();
  std::ranges::fill(job.digests, Digest());
  std::ranges::fill(job.output, uint8_t{0});
}

// As many jobs as the queue pair takes are with it until all are back.
Status DeviceRounds::feed() {
  size_t next = 0;
  size_t back = 0;
  while (back < todo_.size()) {
    while (next < todo_.size()) {
      Job* job = &todo_[next]->job;
      if (queue_->submit({&job, 1}) == 0) break;
      ++next;
    }
    const size_t count = queue_->poll(finished_);
    back += count;
    if (count == 0) std::this_thread::sleep_for(kPause);
  }
  for (const Item* item : todo_) {
    const Job& job = item->job;
    const bool encoding = wants_encoding(job.operation);
    if (job.status != JobStatus::done && !(job.status == JobStatus::stored && encoding)) {
      return fail(Errc::failed, device_.device->capabilities().name,
                  "could not do a job that it offers to do", "see penstock devices --selftest");
    }
    if (encoding && job.status == JobStatus::done &&
        (job.output_length == 0 || job.output_length >= item->frame->raw.size()))
      return wrong_answer();
  }
  return {};
}

Status DeviceRounds::check_answers(const WayBench& way) {
  Decoder decoder;
  for (Item* item : todo_) {
    bool right = true;
    for (size_t i = 0; i < item->job.digests.size(); ++i)
      right = right && item->digests[i] == item->frame->entries[i].digest;
    if (wants_encoding(way.operation) && item->payload_bytes > 0) {
      const MutableBytes decoded = item->decoded.bytes().first(item->frame->raw.size());
      right = right &&
              decoder.decode(way.codec.id, item->payload.bytes().first(item->payload_bytes), decoded) &&
              std::ranges::equal(decoded, item->frame->raw);
    }
    if (way.operation == Operation::decode) right = std::ranges::equal(item->job.output, item->frame->raw);
    if (!right) return wrong_answer();
  }
  return {};
}

Failure DeviceRounds::wrong_answer() const {
  return fail(Errc::corrupt, device_.device->capabilities().name, "gave a wrong answer",
              "do not use this device");
}

// Of all its units: a way keeps one of them busy.
double DeviceRounds::modelled_seconds() const {
  double seconds = 0;
  for (const DeviceFigure& figure : device_.device->figures()) {
    if (figure.origin == DeviceFigure::Origin::modelled && figure.unit == "s") seconds += figure.value;
  }
  return seconds;
}

}  // namespace penstock
