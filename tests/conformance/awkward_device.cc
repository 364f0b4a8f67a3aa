// SPDX-License-Identifier: Apache-2.0
#include "conformance/awkward_device.h"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "base/check.h"

namespace penstock {
namespace {

constexpr Operation kLacking = Operation::digest_encode;
constexpr CodecId kLackingCodec = CodecId::deflate;

// A job on its way: the caller's, and the copy that the device inside works on.
struct Transfer {
  Job* caller = nullptr;  // kept after abandon too: that is where the late output goes
  bool abandoned = false;
  bool finished = false;
  Job copy;
  std::vector<uint8_t> input;
  std::vector<uint8_t> output;
  std::vector<Digest> digests;
  std::vector<ChunkRef> chunks;
  MutableBytes late_output;
};

class AwkwardQueuePair final : public QueuePair {
 public:
  AwkwardQueuePair(std::unique_ptr<QueuePair> inside, uint32_t depth, uint64_t seed)
      : inside_(std::move(inside)), depth_(depth), random_(seed) {}

  size_t submit(std::span<Job* const> jobs) noexcept override {
    const size_t room = std::min<size_t>(jobs.size(), depth_ - transfers_.size());
    const size_t accepted = random_() % (room + 1);
    for (Job* job : jobs.first(accepted)) accept(*job);
    counters_.submitted += accepted;
    counters_.refused += jobs.size() - accepted;
    return accepted;
  }

  size_t poll(std::span<Job*> finished) noexcept override {
    work();
    std::ranges::shuffle(transfers_, random_);
    const size_t limit = finished.empty() ? 0 : random_() % (finished.size() + 1);
    size_t returned = 0;
    for (size_t i = 0; i < transfers_.size();) {
      Transfer& transfer = *transfers_[i];
      if (!transfer.finished || (!transfer.abandoned && returned == limit)) {
        ++i;
        continue;
      }
      if (!transfer.abandoned) finished[returned++] = transfer.caller;
      hand_back(transfer);
      transfers_.erase(transfers_.begin() + static_cast<ptrdiff_t>(i));
    }
    counters_.completed += returned;
    return returned;
  }

  Quiescence abandon(Job& job) noexcept override {
    const auto found = std::ranges::find_if(
        transfers_, [&](const auto& transfer) { return transfer->caller == &job && !transfer->abandoned; });
    PENSTOCK_CHECK(found != transfers_.end());
    give_up(**found);
    return Quiescence::unproven;
  }

  uint32_t generation() const noexcept override { return generation_; }

  Quiescence leave_generation() noexcept override {
    for (const auto& transfer : transfers_) {
      if (!transfer->abandoned) give_up(*transfer);
    }
    generation_ += 3;
    return Quiescence::unproven;
  }

  size_t in_flight() const noexcept override {
    return static_cast<size_t>(
        std::ranges::count(transfers_, false, [](const auto& t) { return t->abandoned; }));
  }

  const QueuePairCounters& counters() const noexcept override { return counters_; }

 private:
  void accept(Job& job) {
    auto transfer = std::make_unique<Transfer>();
    transfer->caller = &job;
    transfer->late_output = job.output;
    job.status = JobStatus::pending;
    job.output_length = 0;
    transfer->copy = job;
    if (job.generation != generation_) {
      transfer->copy.status = JobStatus::stale_generation;
      transfer->finished = true;
    } else if (job.operation == kLacking ||
               (job.codec == kLackingCodec && job.operation != Operation::digest)) {
      transfer->copy.status = JobStatus::unsupported;
      transfer->finished = true;
    } else {
      copy_in(*transfer);
    }
    counters_.bytes_in += job.input.size();
    transfers_.push_back(std::move(transfer));
  }

  void copy_in(Transfer& transfer) {
    Job& copy = transfer.copy;
    transfer.input.assign(copy.input.begin(), copy.input.end());
    transfer.chunks.assign(copy.chunks.begin(), copy.chunks.end());
    transfer.output.resize(copy.output.size());
    transfer.digests.resize(copy.digests.size());
    copy.input = transfer.input;
    copy.chunks = transfer.chunks;
    copy.output = transfer.output;
    copy.digests = transfer.digests;
    copy.generation = inside_->generation();
    copy.cookie = reinterpret_cast<uint64_t>(&transfer);
    waiting_.push_back(&copy);
    counters_.bytes_copied += transfer.input.size();
  }

  // Lets the device inside do a job or none.
  void work() {
    std::ranges::shuffle(waiting_, random_);
    if (!waiting_.empty()) {
      Job* next = waiting_.back();
      if (inside_->submit({&next, 1}) == 1) waiting_.pop_back();
    }
    Job* done = nullptr;
    if (random_() % 3 != 0 && inside_->poll({&done, 1}) == 1)
      reinterpret_cast<Transfer*>(done->cookie)->finished = true;
  }

  void give_up(Transfer& transfer) {
    transfer.abandoned = true;
    transfer.caller->status = JobStatus::failed;
    ++counters_.abandoned;
  }

  void hand_back(Transfer& transfer) {
    const Job& copy = transfer.copy;
    const size_t length = transfer.output.empty() ? 0 : copy.output_length;
    std::copy_n(transfer.output.begin(), length, transfer.late_output.begin());
    counters_.bytes_copied += length;
    if (transfer.abandoned) {
      ++counters_.stale;
      return;
    }
    if (copy.status == JobStatus::done || copy.status == JobStatus::stored)
      std::ranges::copy(transfer.digests, transfer.caller->digests.begin());
    counters_.bytes_out += length;
    transfer.caller->status = copy.status;
    transfer.caller->output_length = copy.output_length;
  }

  const std::unique_ptr<QueuePair> inside_;
  const size_t depth_;
  std::mt19937_64 random_;
  uint32_t generation_ = 7;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::vector<Job*> waiting_;  // copies that the device inside does not have yet
  QueuePairCounters counters_;
};

class AwkwardDevice final : public Device {
 public:
  AwkwardDevice(std::unique_ptr<Device> inside, uint64_t seed)
      : inside_(std::move(inside)), capabilities_(inside_->capabilities()), seed_(seed) {
    capabilities_.kind = "awkward";
    capabilities_.name = "awkward " + inside_->capabilities().name;
    std::erase(capabilities_.operations, kLacking);
    std::erase(capabilities_.codecs, kLackingCodec);
    capabilities_.input_alignment = 64;
    capabilities_.queue_depth = 5;
    capabilities_.shares_host_memory = false;
    capabilities_.is_cpu = false;
  }

  const Capabilities& capabilities() const override { return capabilities_; }
  Status register_memory(std::span<const Slab> slabs) override { return inside_->register_memory(slabs); }

  Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t depth) override {
    if (depth == 0 || depth > capabilities_.queue_depth)
      return fail(Errc::usage, "queue pair", "there is none of that depth");
    PENSTOCK_TRY_ASSIGN(auto queue, inside_->open_queue_pair(depth));
    return std::make_unique<AwkwardQueuePair>(std::move(queue), depth, seed_++);
  }

 private:
  const std::unique_ptr<Device> inside_;
  Capabilities capabilities_;
  uint64_t seed_;
};

}  // namespace

std::unique_ptr<Device> make_awkward_device(std::unique_ptr<Device> inside, uint64_t seed) {
  return std::make_unique<AwkwardDevice>(std::move(inside), seed);
}

}  // namespace penstock
