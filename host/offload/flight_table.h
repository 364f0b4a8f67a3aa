// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "offload/flight.h"

namespace penstock {

// The places of a queue pair's flights, many more than are ever taken: the one that is taken next has been
// free the longest, so that an answer which comes again finds it free, where it is known for what it is. One
// thread.
class FlightTable {
 public:
  // Up to `depth` are taken at a time.
  explicit FlightTable(size_t depth);

  // Null where `depth` are taken.
  Flight* take() noexcept;
  void give_back(Flight& flight) noexcept;
  // The one that was just taken, and came to nothing: it is the next again.
  void put_back(Flight& flight) noexcept;
  // Null where the pointer is none of an attempt that is under way.
  Flight* find(const Job* attempt) noexcept;
  Flight* find_job(const Job* job) noexcept;  // slow

  size_t taken() const noexcept { return taken_; }
  std::span<Flight> places() noexcept { return places_; }

 private:
  size_t depth_;
  size_t taken_ = 0;
  std::vector<Flight> places_;
  std::vector<uint32_t> free_;  // a ring as large: first out at next_free_, and taken_ short of full
  size_t next_free_ = 0;
};

}  // namespace penstock
