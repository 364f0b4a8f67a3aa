// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <utility>

#include "base/result.h"
#include "drivers/batch/card_link.h"

namespace penstock {

// One of the card's memory banks: so many bytes, and no more. Any thread; outlives what is taken of it.
class MemoryBank {
 public:
  MemoryBank(CardBank role, std::string name, size_t bytes)
      : role_(role), name_(std::move(name)), free_(bytes) {}

  CardBank role() const { return role_; }
  const std::string& name() const { return name_; }

  bool take(size_t bytes) noexcept {
    size_t free = free_.load(std::memory_order_relaxed);
    while (free >= bytes) {
      if (free_.compare_exchange_weak(free, free - bytes, std::memory_order_relaxed)) return true;
    }
    return false;
  }
  void give_back(size_t bytes) noexcept { free_.fetch_add(bytes, std::memory_order_relaxed); }

 private:
  const CardBank role_;
  const std::string name_;
  std::atomic<size_t> free_;
};

// Bytes of a bank, given back at the end. Move-only.
class BankRoom {
 public:
  // failed: the bank is full.
  static Result<BankRoom> take(MemoryBank& bank, size_t bytes);

  BankRoom(BankRoom&& other) noexcept : bank_(std::exchange(other.bank_, nullptr)), bytes_(other.bytes_) {}
  BankRoom& operator=(BankRoom&&) = delete;
  ~BankRoom() {
    if (bank_ != nullptr) bank_->give_back(bytes_);
  }

  const MemoryBank& bank() const { return *bank_; }

 private:
  BankRoom(MemoryBank& bank, size_t bytes) : bank_(&bank), bytes_(bytes) {}

  MemoryBank* bank_;
  size_t bytes_;
};

}  // namespace penstock
