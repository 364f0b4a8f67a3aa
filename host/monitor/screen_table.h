// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace penstock {

// Rows of cells, as lines no longer than a terminal is wide: where not all columns fit, those of the least
// weight are left out, and what is still too long is cut.
class ScreenTable {
 public:
  struct Column {
    std::string heading;
    unsigned weight = 0;  // the most important stay the longest
    bool left = false;    // aligned so
  };

  explicit ScreenTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns.
  void add(std::vector<std::string> cells);
  // The headings, and a line for each row.
  std::vector<std::string> lines(size_t width) const;

 private:
  std::vector<size_t> column_widths() const;

  const std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace penstock
