// SPDX-License-Identifier: Apache-2.0
#include "appliance/transfer_display.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/size_text.h"

namespace penstock {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPeriod = std::chrono::milliseconds(250);
constexpr double kRateMemorySeconds = 3;  // how far back "of late" reaches

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<uint64_t>(std::llround(std::max(seconds, 0.0)));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string transfer_line(const TransferSample& sample) {
  std::string line = human_size(sample.bytes_content);
  const bool total_known = sample.bytes_total && *sample.bytes_total >= sample.bytes_content;
  if (total_known) {
    const auto total = static_cast<double>(*sample.bytes_total);
    const double part = total > 0 ? 100 * static_cast<double>(sample.bytes_content) / total : 100;
    line += fmt::format(" of {}, {:.0f} %", human_size(*sample.bytes_total), std::floor(part));
  }
  line += fmt::format(", {}/s", human_size(static_cast<uint64_t>(sample.bytes_per_second)));
  if (sample.bytes_stored > 0) {
    line += fmt::format(", ratio {:.2f}",
                        static_cast<double>(sample.bytes_content) / static_cast<double>(sample.bytes_stored));
  }
  if (total_known && sample.bytes_per_second >= 1) {
    const auto left = static_cast<double>(*sample.bytes_total - sample.bytes_content);
    line += fmt::format(", {} left", duration_text(left / sample.bytes_per_second));
  }
  if (sample.files > 1) line += fmt::format(", {} files", sample.files);
  return line;
}

TransferDisplay::TransferDisplay(Console& console, const TransferProgress& progress, Total total)
    : console_(&console), progress_(&progress), total_(std::move(total)) {
  if (console.has_audience()) thread_ = std::thread([this] { run(); });
}

TransferDisplay::~TransferDisplay() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_one();
  thread_.join();
  console_->show_status({});
}

void TransferDisplay::run() {
  const Clock::time_point start = Clock::now();
  Clock::time_point last = start;
  uint64_t last_bytes = 0;
  TransferSample sample;
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, kPeriod, [this] { return stopping_; })) {
    const Clock::time_point now = Clock::now();
    sample.files = progress_->files;
    sample.bytes_content = progress_->bytes_content;
    sample.bytes_stored = progress_->bytes_stored;
    sample.bytes_total = total_();
    const double period = seconds_between(last, now);
    const double rate = static_cast<double>(sample.bytes_content - last_bytes) / period;
    const double weight =
        std::max(period / seconds_between(start, now), 1 - std::exp(-period / kRateMemorySeconds));
    sample.bytes_per_second += weight * (rate - sample.bytes_per_second);
    last = now;
    last_bytes = sample.bytes_content;
    console_->show_status(transfer_line(sample));
  }
}

}  // namespace penstock
