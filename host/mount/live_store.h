// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "base/result.h"
#include "mount/store_generation.h"
#include "store/store.h"

namespace penstock {

// Opens the store for reading as it is by then.
using StoreOpener = std::function<Result<std::unique_ptr<Store>>()>;

// A store that others write to meanwhile: opened anew when its log has grown. Any thread.
class LiveStore {
 public:
  static constexpr std::chrono::milliseconds kLookAgain{500};
  static constexpr std::chrono::milliseconds kLookAgainMost{64'000};

  LiveStore(StoreOpener open, unsigned readers) : open_(std::move(open)), readers_(readers) {}

  // The store as it was opened last; at first it is opened.
  Result<std::shared_ptr<StoreGeneration>> current();
  // The same, and its log has not grown since, or had not kLookAgain ago. What cannot be opened anew stays as
  // it was.
  Result<std::shared_ptr<StoreGeneration>> fresh();
  // After `failed` could not be read: opens it anew, unless somebody did. failed error: its files are as they
  // were when it was opened; it was opened anew too short a time ago, kLookAgain where that was of use, and
  // else twice as long as the time before, up to kLookAgainMost; or it cannot be opened.
  Result<std::shared_ptr<StoreGeneration>> replace(const std::shared_ptr<StoreGeneration>& failed);
  // What replace() gave could be read.
  void was_worth_it();

 private:
  // What is open; null at first.
  std::shared_ptr<StoreGeneration> open_now() const;
  Status open_anew();  // with opening_ held

  const StoreOpener open_;
  const unsigned readers_;
  std::mutex opening_;
  uint64_t log_bytes_ = 0;  // with opening_ held
  // With opening_ held: what the files were like before replace() opened them, if that was the last time.
  uint64_t files_ = 0;
  std::chrono::milliseconds pause_{kLookAgain};     // with opening_ held
  std::chrono::steady_clock::time_point looked_;    // with opening_ held
  std::chrono::steady_clock::time_point replaced_;  // with opening_ held
  mutable std::mutex mutex_;
  std::shared_ptr<StoreGeneration> generation_;
};

}  // namespace penstock
