// SPDX-License-Identifier: Apache-2.0
#include "micro/alternating.h"

#include <fmt/core.h>
#include <time.h>

#include <algorithm>

namespace penstock::bench {
namespace {

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(part * static_cast<double>(values.size() - 1))];
}

}  // namespace

std::vector<Speed> time_alternating(const std::vector<Contestant>& contestants, double bytes, int rounds) {
  std::vector<std::vector<double>> rates(contestants.size());
  std::vector<std::vector<double>> ratios(contestants.size());
  for (const Contestant& contestant : contestants) contestant.work();  // caches and page tables
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < contestants.size(); ++i) {
      const double begin = thread_seconds();
      contestants[i].work();
      rates[i].push_back(bytes / (thread_seconds() - begin) / 1e9);
      ratios[i].push_back(rates[i].back() / rates[0].back());
    }
  }
  std::vector<Speed> speeds;
  for (size_t i = 0; i < contestants.size(); ++i) {
    speeds.push_back({.median = quantile(rates[i], 0.5),
                      .best = quantile(rates[i], 1),
                      .ratio_median = quantile(ratios[i], 0.5),
                      .ratio_low = quantile(ratios[i], 0.1),
                      .ratio_high = quantile(ratios[i], 0.9)});
  }
  return speeds;
}

void print_speeds(const std::string& title, const std::vector<Contestant>& contestants,
                  const std::vector<Speed>& speeds) {
  fmt::print("{}\n{:24} {:>8} {:>8} {:>8} {:>15}\n", title, "", "GB/s", "best", "ratio", "80 % of ratios");
  for (size_t i = 0; i < contestants.size(); ++i) {
    const Speed& speed = speeds[i];
    fmt::print("{:24} {:8.2f} {:8.2f} {:8.2f} {:8.2f} – {:.2f}\n", contestants[i].name, speed.median,
               speed.best, speed.ratio_median, speed.ratio_low, speed.ratio_high);
  }
}

}  // namespace penstock::bench
