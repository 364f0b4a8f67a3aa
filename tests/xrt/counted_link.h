// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "drivers/batch/card_link.h"

namespace penstock {

// A card's runtime that counts the launches which it took. `launches` is borrowed.
class CountedLink final : public CardLink {
 public:
  CountedLink(std::unique_ptr<CardLink> link, std::atomic<uint64_t>& launches)
      : link_(std::move(link)), launches_(&launches) {}

  std::string kind() const override { return link_->kind(); }
  std::string name() const override { return link_->name(); }
  std::string address() const override { return link_->address(); }
  bool emulated() const override { return link_->emulated(); }
  Result<std::unique_ptr<CardMemory>> allocate(CardBank bank, size_t bytes) override {
    return link_->allocate(bank, bytes);
  }
  Result<std::unique_ptr<CardMemory>> mirror(CardBank bank, Bytes host) override {
    return link_->mirror(bank, host);
  }
  Result<std::unique_ptr<CardLaunch>> prepare(CardKernel kernel, const CardArguments& arguments,
                                              LaunchListener& listener) override {
    PENSTOCK_TRY_ASSIGN(auto launch, link_->prepare(kernel, arguments, listener));
    return std::make_unique<CountedLaunch>(std::move(launch), *launches_);
  }
  void stop() noexcept override { link_->stop(); }
  std::string near_cpus() const override { return link_->near_cpus(); }
  std::vector<DeviceFigure> figures() const override { return link_->figures(); }

 private:
  class CountedLaunch final : public CardLaunch {
   public:
    CountedLaunch(std::unique_ptr<CardLaunch> launch, std::atomic<uint64_t>& launches)
        : launch_(std::move(launch)), launches_(&launches) {}
    bool start(CardMemory* input, uint64_t token) noexcept override {
      const bool started = launch_->start(input, token);
      *launches_ += started ? 1 : 0;
      return started;
    }

   private:
    std::unique_ptr<CardLaunch> launch_;
    std::atomic<uint64_t>* launches_;
  };

  std::unique_ptr<CardLink> link_;
  std::atomic<uint64_t>* launches_;
};

}  // namespace penstock
