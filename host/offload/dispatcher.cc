// SPDX-License-Identifier: Apache-2.0
#include "offload/dispatcher.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "offload/dispatch_queue_pair.h"

namespace penstock {
namespace {

constexpr uint32_t kQueueDepth = 64;

uint64_t steady_now_ns() {
  return static_cast<uint64_t>(
      std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

template <class Item>
void unite(std::vector<Item>& all, const std::vector<Item>& more) {
  for (const Item& item : more) {
    if (std::ranges::find(all, item) == all.end()) all.push_back(item);
  }
}

Capabilities together(std::span<const std::unique_ptr<DispatchMember>> members) {
  Capabilities all = members.front()->capabilities();
  for (const auto& member : members.subspan(1)) {
    const Capabilities& one = member->capabilities();
    all.kind += "," + one.kind;
    all.name += " and " + one.name;
    unite(all.operations, one.operations);
    unite(all.codecs, one.codecs);
    unite(all.hashes, one.hashes);
    all.input_alignment = std::max(all.input_alignment, one.input_alignment);
    all.units += one.units;
    all.shares_host_memory = all.shares_host_memory && one.shares_host_memory;
    all.is_cpu = all.is_cpu && one.is_cpu;
  }
  all.queue_depth = kQueueDepth;
  return all;
}

}  // namespace

Dispatcher::Dispatcher(const std::vector<Device*>& devices, Device& cpu, DispatcherOptions options)
    : options_(std::move(options)), stranded_(options_.jobs_stranded_max) {
  PENSTOCK_CHECK(cpu.capabilities().is_cpu);
  if (options_.now_ns == nullptr) options_.now_ns = steady_now_ns;
  members_.push_back(std::make_unique<DispatchMember>(cpu));
  for (Device* device : devices) {
    PENSTOCK_CHECK(device != nullptr);
    if (device == &cpu) {
      cpu_shares_ = true;
    } else {
      members_.push_back(std::make_unique<DispatchMember>(*device));
    }
  }
  PENSTOCK_CHECK(members_.size() <= DispatchQueuePair::kMembersMax);
  capabilities_ = together(members_);
  if (members_.size() > 1 && options_.selftest)
    tester_ = std::jthread([this](const std::stop_token& stop) { test_suspects(stop); });
}

Dispatcher::~Dispatcher() = default;

Status Dispatcher::register_memory(std::span<const Slab> slabs) {
  for (const auto& member : members_) PENSTOCK_TRY(member->device().register_memory(slabs));
  return {};
}

Result<std::unique_ptr<QueuePair>> Dispatcher::open_queue_pair(uint32_t depth) {
  if (depth == 0 || depth > kQueueDepth) {
    return fail(Errc::usage, "queue pair of " + std::to_string(depth) + " jobs", "the dispatcher has no such",
                "give a depth from 1 to " + std::to_string(kQueueDepth));
  }
  std::vector<std::unique_ptr<QueuePair>> queue_pairs;
  for (const auto& member : members_) {
    const uint32_t most = member->capabilities().queue_depth;
    PENSTOCK_CHECK(!member->is_cpu() || most >= depth);
    PENSTOCK_TRY_ASSIGN(auto queue_pair, member->device().open_queue_pair(std::min(depth, most)));
    queue_pairs.push_back(std::move(queue_pair));
  }
  return std::make_unique<DispatchQueuePair>(*this, std::move(queue_pairs), depth);
}

void Dispatcher::report_wrong(uint16_t member, HealthCause cause) noexcept {
  PENSTOCK_CHECK(member > 0 && member < members_.size());
  members_[member]->counters().wrong.fetch_add(1, std::memory_order_relaxed);
  if (members_[member]->health().suspect(cause)) wake_tester();
}

void Dispatcher::wake_tester() noexcept {
  const std::lock_guard lock(tester_mutex_);
  suspects_ = true;
  tester_wakes_.notify_one();
}

// One suspect device after the other, with longer pauses each round.
void Dispatcher::test_suspects(const std::stop_token& stop) {
  std::vector<unsigned> tests(members_.size(), 0);
  std::chrono::nanoseconds pause = options_.selftest_pause;
  for (;;) {
    std::unique_lock lock(tester_mutex_);
    if (!tester_wakes_.wait(lock, stop, [this] { return suspects_; })) return;
    suspects_ = false;
    tester_wakes_.wait_for(lock, stop, pause, [] { return false; });
    if (stop.stop_requested()) return;
    lock.unlock();
    for (size_t i = 1; i < members_.size(); ++i) {
      DispatchMember& member = *members_[i];
      if (member.health().state() != DeviceState::suspect || tests[i] == options_.selftests_max) continue;
      ++tests[i];
      member.health().tested(options_.selftest(member.device()).has_value());
      if (member.health().state() == DeviceState::suspect) wake_tester();
    }
    pause *= 2;
  }
}

}  // namespace penstock
