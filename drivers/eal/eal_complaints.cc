// SPDX-License-Identifier: Apache-2.0
#include "drivers/eal/eal_complaints.h"

#include <algorithm>
#include <array>

namespace penstock {
namespace {

thread_local EalComplaints* keeper = nullptr;

// What EAL says of parts that nobody asked for, and that nothing fails by.
constexpr std::array<std::string_view, 2> kNoCause{"TELEMETRY: No legacy callbacks",
                                                   "Failed to register mp action callback"};

}  // namespace

EalComplaints::EalComplaints() : outermost_(keeper == nullptr) {
  if (outermost_) keeper = this;
}

EalComplaints::~EalComplaints() {
  if (outermost_) keeper = nullptr;
}

EalComplaints* EalComplaints::present() {
  return keeper;
}

void EalComplaints::add(std::string_view line) {
  line = line.substr(0, kLineBytesMax);
  const auto within = [line](std::string_view words) { return line.find(words) != std::string_view::npos; };
  if (std::ranges::any_of(kNoCause, within)) return;
  if (std::ranges::find(lines_, line) != lines_.end()) return;
  // The first ones name the cause, the last one the consequence.
  if (lines_.size() == kLinesMax) lines_.pop_back();
  lines_.emplace_back(line);
}

std::string EalComplaints::take() {
  std::string text;
  for (const std::string& line : lines_) text += (text.empty() ? "" : "; ") + line;
  lines_.clear();
  return text;
}

}  // namespace penstock
