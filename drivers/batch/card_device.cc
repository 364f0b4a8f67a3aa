// SPDX-License-Identifier: Apache-2.0
#include "drivers/batch/card_device.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>

#include "drivers/batch/batch_courier.h"
#include "drivers/batch/batch_pool.h"
#include "drivers/batch/card_queue_pair.h"
#include "drivers/batch/cpu_list.h"
#include "drivers/batch/registered_memory.h"
#include "memory/keep_for_ever.h"

namespace penstock {
namespace {

constexpr uint32_t kQueueDepth = 64;
constexpr auto kPatience = std::chrono::seconds(10);
constexpr auto kPatienceAtEnd = std::chrono::seconds(1);

// The launch of `describe`; what hears of it outlives a card that never answers.
struct Description final : LaunchListener {
  std::unique_ptr<CardMemory> answer;
  std::unique_ptr<CardLaunch> launch;
  std::mutex mutex;
  std::condition_variable ended;
  std::optional<bool> well;
  bool under_way = false;  // for all that is known

  void launch_ended(uint64_t, bool ended_well) noexcept override {
    const std::lock_guard lock(mutex);
    well = ended_well;
    ended.notify_all();
  }
};

Failure refused(const CardLink& link, std::string why, std::string remedy) {
  return fail(Errc::failed, link.name(), std::move(why), std::move(remedy));
}

// `description` ends before the link.
Result<penstock_capabilities> read_capabilities(CardLink& link, Description& description) {
  PENSTOCK_TRY_ASSIGN(description.answer, link.allocate(CardBank::answer, sizeof(penstock_capabilities)));
  CardArguments arguments;
  arguments.answer = description.answer.get();
  PENSTOCK_TRY_ASSIGN(description.launch, link.prepare(CardKernel::describe, arguments, description));
  if (!description.launch->start(nullptr, 1))
    return refused(link, "cannot launch its kernels", "check the card and its bitstream");
  std::unique_lock lock(description.mutex);
  description.under_way = true;
  if (!description.ended.wait_for(lock, kPatience, [&] { return description.well.has_value(); }))
    return refused(link, "does not answer", "reset the card, and look at what its runtime says");
  description.under_way = !*description.well;
  lock.unlock();
  if (description.under_way || !description.answer->sync_to_host(0, sizeof(penstock_capabilities)))
    return refused(link, "failed to say what it can do", "check the card and its bitstream");
  penstock_capabilities capabilities;
  std::memcpy(&capabilities, description.answer->host().data(), sizeof capabilities);
  return capabilities;
}

Status check(const CardLink& link, const penstock_capabilities& card) {
  if (card.magic != PENSTOCK_CAPABILITIES_MAGIC)
    return refused(link, "does not hold Penstock's kernels", "load a bitstream of this release");
  if (card.abi_version != PENSTOCK_ABI_VERSION) {
    return refused(link,
                   "speaks version " + std::to_string(card.abi_version) + " of the contract, this program " +
                       std::to_string(PENSTOCK_ABI_VERSION),
                   "load a bitstream of this release");
  }
  const bool possible = card.extent_bytes_max > 0 && card.extent_bytes_max <= PENSTOCK_EXTENT_BYTES_MAX &&
                        card.extent_chunks_max > 0 && card.extent_chunks_max <= PENSTOCK_EXTENT_CHUNKS_MAX &&
                        card.submissions_max > 0 && card.submissions_max <= PENSTOCK_SUBMISSIONS_MAX;
  if (!possible) return refused(link, "claims limits that cannot be", "load a bitstream of this release");
  return {};
}

Capabilities translate(const CardLink& link, const penstock_capabilities& card) {
  Capabilities capabilities;
  capabilities.kind = link.kind();
  capabilities.name = link.name();
  capabilities.address = link.address();
  capabilities.emulated = link.emulated();
  constexpr std::pair<penstock_operation, Operation> kOperations[] = {
      {PENSTOCK_DIGEST, Operation::digest},
      {PENSTOCK_ENCODE, Operation::encode},
      {PENSTOCK_DIGEST_ENCODE, Operation::digest_encode},
      {PENSTOCK_DECODE, Operation::decode}};
  for (const auto& [number, operation] : kOperations) {
    if (card.operations & PENSTOCK_OPERATION_BIT(number)) capabilities.operations.push_back(operation);
  }
  if (card.codecs & PENSTOCK_CODEC_BIT(PENSTOCK_CODEC_LZ4)) capabilities.codecs.push_back(CodecId::lz4);
  if (card.hashes & PENSTOCK_HASH_BIT_SHA2_256) capabilities.hashes.push_back(HashId::sha2_256);
  capabilities.input_bytes_max = card.extent_bytes_max;
  capabilities.chunks_max = card.extent_chunks_max;
  capabilities.input_alignment = PENSTOCK_WORD_BYTES;
  capabilities.units = std::max({1u, card.encode_engines, card.decode_engines});
  capabilities.queue_depth = std::min(kQueueDepth, card.submissions_max);
  return capabilities;
}

// All that may have to stay when the card does not end what it was given.
struct Works {
  Works(std::unique_ptr<CardLink> card, std::unique_ptr<Description> described)
      : link(std::move(card)),
        description(std::move(described)),
        pool(*link, courier),
        courier(parse_cpu_list(link->near_cpus())) {}

  ~Works() { link->stop(); }
  Works(const Works&) = delete;
  Works& operator=(const Works&) = delete;

  std::unique_ptr<CardLink> link;
  std::unique_ptr<Description> description;
  RegisteredMemory memory;
  BatchPool pool;
  BatchCourier courier;  // its threads end first
};

class CardDevice final : public Device {
 public:
  CardDevice(std::unique_ptr<CardLink> link, std::unique_ptr<Description> description,
             Capabilities capabilities)
      : works_(std::make_unique<Works>(std::move(link), std::move(description))),
        capabilities_(std::move(capabilities)) {
    // A completion that an earlier process left in the card's memory is none of ours.
    generations_ = std::random_device()();
  }

  // A card that is at something still, and does not end it, keeps what it works on.
  ~CardDevice() override {
    const auto end = std::chrono::steady_clock::now() + kPatienceAtEnd;
    while (!works_->pool.at_rest()) {
      if (std::chrono::steady_clock::now() > end) {
        keep_for_ever(std::move(works_));
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  const Capabilities& capabilities() const override { return capabilities_; }

  Status register_memory(std::span<const Slab> slabs) override {
    works_->memory.add(*works_->link, slabs);
    return {};
  }

  Result<std::unique_ptr<QueuePair>> open_queue_pair(uint32_t depth) override {
    if (depth == 0 || depth > capabilities_.queue_depth) {
      return fail(Errc::usage, "queue pair of " + std::to_string(depth) + " jobs", "the card has no such",
                  "give a depth from 1 to " + std::to_string(capabilities_.queue_depth));
    }
    PENSTOCK_TRY_ASSIGN(auto queue, CardQueuePair::open(capabilities_, works_->courier, works_->pool,
                                                        works_->memory, generations_, depth));
    return queue;
  }

  size_t memory_needed(size_t queue_pairs, uint32_t depth) const override {
    return queue_pairs * batch_limits(depth).host_bytes() + batch_limits(1).host_bytes();
  }

  std::vector<DeviceFigure> figures() const override {
    auto figures = works_->link->figures();
    if (const size_t bytes = works_->memory.unreachable_bytes(); bytes > 0) {
      figures.push_back({"memory_out_of_reach", static_cast<double>(bytes) / (1 << 20), "MiB",
                         DeviceFigure::Origin::measured});
    }
    return figures;
  }

 private:
  std::unique_ptr<Works> works_;
  const Capabilities capabilities_;
  std::atomic<uint32_t> generations_;
};

}  // namespace

Result<std::unique_ptr<Device>> open_card(std::unique_ptr<CardLink> link) {
  auto description = std::make_unique<Description>();
  const Result<penstock_capabilities> card = read_capabilities(*link, *description);
  const Status status = card ? check(*link, *card) : Status(Failure(card.error()));
  if (!status) {
    // It may be at it still, in memory that nobody else may have.
    if (description->under_way) {
      keep_for_ever(std::make_unique<Works>(std::move(link), std::move(description)));
    } else {
      link->stop();
      description.reset();
    }
    return Failure(status.error());
  }
  Capabilities capabilities = translate(*link, *card);
  return std::make_unique<CardDevice>(std::move(link), std::move(description), std::move(capabilities));
}

}  // namespace penstock
