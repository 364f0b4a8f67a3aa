// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace penstock {

// How many of something may be there at once. Places are given back by any thread, perhaps after the count
// itself has gone. A copy counts the same places.
class PlaceCount {
 public:
  // A place that is held, or none. Move-only.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept : taken_(std::move(other.taken_)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(taken_, other.taken_);
      return *this;
    }
    ~Place() {
      if (taken_) taken_->fetch_sub(1, std::memory_order_relaxed);
    }
    explicit operator bool() const { return taken_ != nullptr; }

   private:
    friend class PlaceCount;
    explicit Place(std::shared_ptr<std::atomic<size_t>> taken) : taken_(std::move(taken)) {}
    std::shared_ptr<std::atomic<size_t>> taken_;
  };

  explicit PlaceCount(size_t places_max) : places_max_(places_max) {}

  // No place if all are taken. Any thread.
  Place take() const {
    if (taken_->fetch_add(1, std::memory_order_relaxed) < places_max_) return Place(taken_);
    taken_->fetch_sub(1, std::memory_order_relaxed);
    return {};
  }
  size_t taken() const { return taken_->load(std::memory_order_relaxed); }

 private:
  size_t places_max_;
  std::shared_ptr<std::atomic<size_t>> taken_ = std::make_shared<std::atomic<size_t>>(0);
};

}  // namespace penstock
