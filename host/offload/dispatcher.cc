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
      continue;
    }
    if (GuardedDevice::is_needed(device->capabilities()))
      device =
          guards_.emplace_back(std::make_unique<GuardedDevice>(*device, options_.jobs_guarded_max)).get();
    members_.push_back(std::make_unique<DispatchMember>(*device));
  }
  PENSTOCK_CHECK(members_.size() <= DispatchQueuePair::kMembersMax);
  capabilities_ = together(members_);
  watch_members();
}

Dispatcher::~Dispatcher() {
  for (const auto& watch : watches_)
    if (watch != nullptr) watch->request_stop();
  for (const auto& watch : watches_) {
    if (watch == nullptr) continue;
    std::unique_ptr<Selftest> selftest = watch->end();
    if (selftest != nullptr && !selftest->quiet()) stranded_.keep(std::move(selftest));
  }
  // What is kept does not say whose it is, so all are: that is rare, and the process is at its end.
  const bool guards_keep =
      std::ranges::any_of(guards_, [](const auto& guard) { return guard->keeps_paths(); });
  if (!stranded_.holds_paths() && !guards_keep) return;
  for (std::unique_ptr<Device>& device : owned_) stranded_.keep(std::move(device));
}

void Dispatcher::own(std::unique_ptr<Device> device) {
  owned_.push_back(std::move(device));
}

void Dispatcher::watch_members() {
  watches_.resize(members_.size());
  for (size_t i = 1; i < members_.size(); ++i) {
    std::unique_ptr<Selftest> selftest;
    if (options_.selftest) {
      auto made = options_.selftest(members_[i]->device());
      if (made) {
        selftest = std::move(*made);
      } else {
        leave_out(i, made.error());
      }
    }
    watches_[i] = std::make_unique<MemberWatch>(*members_[i], options_, std::move(selftest));
    watches_[i]->wake();
  }
}

void Dispatcher::leave_out(size_t member, const Error& error) {
  members_[member]->set_left_out_because(error);
  lose(member, HealthCause::set_up_failed);
}

Status Dispatcher::register_memory(std::span<const Slab> slabs) {
  PENSTOCK_TRY(members_.front()->device().register_memory(slabs));
  for (size_t i = 1; i < members_.size(); ++i) {
    if (members_[i]->health().state() == DeviceState::lost) continue;
    const Status registered = members_[i]->device().register_memory(slabs);
    if (!registered) leave_out(i, registered.error());
  }
  return {};
}

size_t Dispatcher::memory_needed(size_t queue_pairs, uint32_t depth) const {
  size_t bytes = 0;
  for (const auto& member : members_)
    bytes += member->device().memory_needed(queue_pairs, std::min(depth, member->capabilities().queue_depth));
  return bytes;
}

Result<std::unique_ptr<QueuePair>> Dispatcher::open_queue_pair(uint32_t depth) {
  if (depth == 0 || depth > kQueueDepth) {
    return fail(Errc::usage, "queue pair of " + std::to_string(depth) + " jobs", "the dispatcher has no such",
                "give a depth from 1 to " + std::to_string(kQueueDepth));
  }
  PENSTOCK_CHECK(members_.front()->capabilities().queue_depth >= depth);
  std::vector<std::unique_ptr<QueuePair>> queue_pairs(members_.size());
  PENSTOCK_TRY_ASSIGN(queue_pairs.front(), members_.front()->device().open_queue_pair(depth));
  for (size_t i = 1; i < members_.size(); ++i) {
    DispatchMember& member = *members_[i];
    if (member.health().state() == DeviceState::lost) continue;
    auto opened = member.device().open_queue_pair(std::min(depth, member.capabilities().queue_depth));
    if (opened) {
      queue_pairs[i] = std::move(*opened);
    } else {
      leave_out(i, opened.error());
    }
  }
  return std::make_unique<DispatchQueuePair>(*this, std::move(queue_pairs), depth);
}

bool Dispatcher::serves(const Job& job) const noexcept {
  for (size_t i = 1; i < members_.size(); ++i) {
    if (i != job.not_member && members_[i]->health().healthy() && members_[i]->supports(job)) return true;
  }
  return false;
}

bool Dispatcher::any_wrong() const noexcept {
  return std::ranges::any_of(members_, [](const auto& member) { return member->health().ever_wrong(); });
}

void Dispatcher::report_wrong(uint16_t member, HealthCause cause) noexcept {
  PENSTOCK_CHECK(member > 0 && member < members_.size());
  members_[member]->counters().wrong.fetch_add(1, std::memory_order_relaxed);
  suspect(member, cause);
}

void Dispatcher::suspect(size_t member, HealthCause cause) noexcept {
  if (members_[member]->health().suspect(cause)) watches_[member]->wake();
}

void Dispatcher::lose(size_t member, HealthCause cause) noexcept {
  if (members_[member]->health().lose(cause) && watches_[member] != nullptr) watches_[member]->wake();
}

}  // namespace penstock
