// SPDX-License-Identifier: Apache-2.0
#include "monitor/screen_table.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

constexpr size_t kGap = 2;

}  // namespace

void ScreenTable::add(std::vector<std::string> cells) {
  PENSTOCK_CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<size_t> ScreenTable::column_widths() const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = columns_[i].heading.size();
    for (const auto& row : rows_) width = std::max(width, row[i].size());
    widths.push_back(width);
  }
  return widths;
}

std::vector<std::string> ScreenTable::lines(size_t width) const {
  std::vector<size_t> widths = column_widths();
  std::vector<size_t> shown(columns_.size());
  for (size_t i = 0; i < shown.size(); ++i) shown[i] = i;
  const auto needed = [&] {
    size_t sum = 0;
    for (const size_t i : shown) sum += widths[i] + kGap;
    return sum - kGap;
  };
  while (shown.size() > 1 && needed() > width) {
    // Of equal ones the last.
    const auto least = std::ranges::min_element(shown.rbegin(), shown.rend(), {},
                                                [this](size_t i) { return columns_[i].weight; });
    shown.erase(std::next(least).base());
  }
  const auto line_of = [&](const auto& cell_of) {
    std::string line;
    for (const size_t i : shown) {
      if (i != shown.front()) line.append(kGap, ' ');
      const std::string& cell = cell_of(i);
      const std::string space(widths[i] - cell.size(), ' ');
      line += columns_[i].left ? cell + space : space + cell;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line.substr(0, width);
  };
  std::vector<std::string> lines;
  lines.push_back(line_of([this](size_t i) -> const std::string& { return columns_[i].heading; }));
  for (const auto& row : rows_)
    lines.push_back(line_of([&row](size_t i) -> const std::string& { return row[i]; }));
  return lines;
}

}  // namespace penstock
