// SPDX-License-Identifier: Apache-2.0
#include "drivers/batch/cpu_list.h"

#include <sched.h>

#include <charconv>
#include <optional>
#include <system_error>

namespace penstock {
namespace {

// The number that `text` begins with, which is taken off.
std::optional<unsigned> take_number(std::string_view& text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number >= CPU_SETSIZE) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

}  // namespace

std::vector<unsigned> parse_cpu_list(std::string_view text) {
  std::vector<unsigned> cpus;
  while (!text.empty()) {
    const auto first = take_number(text);
    if (!first) return {};
    unsigned last = *first;
    if (text.starts_with('-')) {
      text.remove_prefix(1);
      const auto end = take_number(text);
      if (!end || *end < last) return {};
      last = *end;
    }
    for (unsigned cpu = *first; cpu <= last; ++cpu) cpus.push_back(cpu);
    if (text.empty()) break;
    if (!text.starts_with(',') || text.size() == 1) return {};
    text.remove_prefix(1);
  }
  return cpus;
}

void run_on_cpus(const std::vector<unsigned>& cpus) noexcept {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  for (const unsigned cpu : cpus) CPU_SET(cpu, &wanted);
  CPU_AND(&wanted, &wanted, &allowed);
  if (CPU_COUNT(&wanted) > 0) sched_setaffinity(0, sizeof wanted, &wanted);
}

}  // namespace penstock
