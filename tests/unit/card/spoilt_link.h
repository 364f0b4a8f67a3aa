// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "drivers/batch/card_link.h"
#include "kernels/abi/penstock_abi.h"

namespace penstock {

// What goes wrong between a host and a card; the test's, and outlives the link. Set before work is given.
struct LinkFaults {
  // Done to the host's side of an answer that was just synced from `offset` on.
  std::function<void(MutableBytes answer, size_t offset)> spoil_answer;
  std::atomic<bool> launches_refused{false};
  std::atomic<bool> launches_end_badly{false};
  std::atomic<bool> launches_end_twice{false};
  std::atomic<bool> launches_never_end{false};
  std::atomic<bool> launches_hang{false};      // until it is false again, they are not begun
  std::atomic<bool> descriptions_fail{false};  // the launches that no other fault is for
  std::atomic<bool> syncs_fail{false};
  std::atomic<bool> mirrors_fail{false};
  std::atomic<size_t> allocated_bytes{0};
  std::atomic<uint64_t> launches{0};                    // begun, but describe
  std::function<void(CardBank, bool to_card)> at_sync;  // called on the driver's threads

  void note(uint16_t operation) {
    const std::lock_guard lock(mutex_);
    operations_.push_back(operation);
  }
  // Of the launches that were begun, as their headers have them.
  std::vector<uint16_t> operations() const {
    const std::lock_guard lock(mutex_);
    return operations_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<uint16_t> operations_;
};

// A link that works as the one inside it, but for its faults.
class SpoiltLink final : public CardLink {
 public:
  SpoiltLink(std::unique_ptr<CardLink> inside, LinkFaults& faults)
      : inside_(std::move(inside)), faults_(&faults) {}

  std::string kind() const override { return inside_->kind(); }
  std::string name() const override { return "spoilt " + inside_->name(); }
  std::string address() const override { return inside_->address(); }
  bool emulated() const override { return true; }
  void stop() noexcept override { inside_->stop(); }
  std::vector<DeviceFigure> figures() const override { return inside_->figures(); }

  Result<std::unique_ptr<CardMemory>> allocate(CardBank bank, size_t bytes) override {
    PENSTOCK_TRY_ASSIGN(auto memory, inside_->allocate(bank, bytes));
    faults_->allocated_bytes += bytes;
    return std::make_unique<Memory>(std::move(memory), bank, *faults_);
  }
  Result<std::unique_ptr<CardMemory>> mirror(CardBank bank, Bytes host) override {
    if (faults_->mirrors_fail) return fail(Errc::failed, name(), "cannot read the host's memory");
    PENSTOCK_TRY_ASSIGN(auto memory, inside_->mirror(bank, host));
    return std::make_unique<Memory>(std::move(memory), bank, *faults_);
  }
  Result<std::unique_ptr<CardLaunch>> prepare(CardKernel kernel, const CardArguments& arguments,
                                              LaunchListener& listener) override {
    auto launch = std::make_unique<Launch>(kernel, arguments.request, listener, *faults_);
    const CardArguments within{inside_of(arguments.request), inside_of(arguments.answer),
                               inside_of(arguments.arena)};
    PENSTOCK_TRY_ASSIGN(launch->inside, inside_->prepare(kernel, within, *launch));
    return launch;
  }

 private:
  class Memory final : public CardMemory {
   public:
    Memory(std::unique_ptr<CardMemory> memory, CardBank bank, LinkFaults& faults)
        : inside(std::move(memory)), bank_(bank), faults_(&faults) {}

    MutableBytes host() const override { return inside->host(); }
    bool sync_to_card(size_t offset, size_t bytes) noexcept override {
      if (faults_->at_sync) faults_->at_sync(bank_, true);
      return !faults_->syncs_fail && inside->sync_to_card(offset, bytes);
    }
    bool sync_to_host(size_t offset, size_t bytes) noexcept override {
      if (faults_->at_sync) faults_->at_sync(bank_, false);
      if (faults_->syncs_fail || !inside->sync_to_host(offset, bytes)) return false;
      if (bank_ == CardBank::answer && faults_->spoil_answer) faults_->spoil_answer(inside->host(), offset);
      return true;
    }

    std::unique_ptr<CardMemory> inside;

   private:
    CardBank bank_;
    LinkFaults* faults_;
  };

  class Launch final : public CardLaunch, public LaunchListener {
   public:
    Launch(CardKernel kernel, const CardMemory* request, LaunchListener& listener, LinkFaults& faults)
        : kernel_(kernel), request_(request), listener_(&listener), faults_(&faults) {}

    bool start(CardMemory* input, uint64_t token) noexcept override {
      if (kernel_ != CardKernel::describe) {
        if (faults_->launches_refused) return false;
        penstock_request_header header;
        std::memcpy(&header, request_->host().data(), sizeof header);
        faults_->note(header.operation);
        ++faults_->launches;
        faults_->launches_hang.wait(true);
      }
      return inside->start(inside_of(input), token);
    }
    void launch_ended(uint64_t token, bool well) noexcept override {
      const bool spoilt = kernel_ != CardKernel::describe;
      const bool twice = spoilt && faults_->launches_end_twice;
      LaunchListener& listener = *listener_;
      if (spoilt && faults_->launches_never_end) return;
      const bool badly = spoilt ? faults_->launches_end_badly : faults_->descriptions_fail;
      listener.launch_ended(token, well && !badly);
      if (!twice) return;
      // Again, and of the one before, while the next is under way.
      listener.launch_ended(token, well);
      listener.launch_ended(token - 1, well);
    }

    std::unique_ptr<CardLaunch> inside;

   private:
    CardKernel kernel_;
    const CardMemory* request_;
    LaunchListener* listener_;
    LinkFaults* faults_;
  };

  static CardMemory* inside_of(CardMemory* memory) {
    return memory == nullptr ? nullptr : static_cast<Memory*>(memory)->inside.get();
  }

  std::unique_ptr<CardLink> inside_;
  LinkFaults* faults_;
};

}  // namespace penstock
