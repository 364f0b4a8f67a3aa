// SPDX-License-Identifier: Apache-2.0
#include "offload/flight_table.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <type_traits>

#include "base/check.h"

namespace penstock {
namespace {

// At the least so many answers come between two flights of one place.
constexpr size_t kPlacesPerFlight = 4;
constexpr size_t kPlacesMin = 64;

}  // namespace

static_assert(std::is_standard_layout_v<Flight>, "an attempt's address is its flight's");

FlightTable::FlightTable(size_t depth)
    : depth_(depth),
      places_(std::bit_ceil(std::max(depth * kPlacesPerFlight, kPlacesMin))),
      free_(places_.size()) {
  std::iota(free_.begin(), free_.end(), uint32_t{0});
}

Flight* FlightTable::take() noexcept {
  if (taken_ == depth_) return nullptr;
  ++taken_;
  return &places_[free_[next_free_++ & (free_.size() - 1)]];
}

void FlightTable::give_back(Flight& flight) noexcept {
  PENSTOCK_CHECK(taken_ > 0);
  flight.job = nullptr;
  const size_t behind_last = next_free_ + places_.size() - taken_--;
  free_[behind_last & (free_.size() - 1)] = static_cast<uint32_t>(&flight - places_.data());
}

void FlightTable::put_back(Flight& flight) noexcept {
  PENSTOCK_CHECK(taken_ > 0 && &flight == &places_[free_[(next_free_ - 1) & (free_.size() - 1)]]);
  flight.job = nullptr;
  --next_free_;
  --taken_;
}

Flight* FlightTable::find(const Job* attempt) noexcept {
  const auto at = reinterpret_cast<uintptr_t>(attempt) - reinterpret_cast<uintptr_t>(places_.data());
  if (at >= places_.size() * sizeof(Flight) || at % sizeof(Flight) != 0) return nullptr;
  Flight& flight = places_[at / sizeof(Flight)];
  return flight.job == nullptr ? nullptr : &flight;
}

Flight* FlightTable::find_job(const Job* job) noexcept {
  const auto found = std::ranges::find(places_, job, &Flight::job);
  return found == places_.end() ? nullptr : &*found;
}

}  // namespace penstock
