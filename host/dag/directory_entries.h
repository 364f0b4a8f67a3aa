// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dag/cid.h"

namespace penstock {

// The entries of one directory, however many: 56 bytes each beside their names, which lie one behind the
// other.
class DirectoryEntries {
 public:
  // Borrows from the listing; valid until it changes.
  struct Entry {
    std::string_view name;
    const Cid& cid;
    uint64_t dag_bytes;  // Tsize
  };

  // `name` is no longer than kEntryNameBytesMax.
  void add(std::string_view name, const Cid& cid, uint64_t dag_bytes);
  // By bytes of names. Costs nothing where they came so.
  void sort();

  size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  uint64_t memory_bytes() const { return names_.capacity() + rows_.capacity() * sizeof(Row); }
  Entry operator[](size_t place) const { return {name(place), rows_[place].cid, rows_[place].dag_bytes}; }
  std::string_view name(size_t place) const { return name_of(rows_[place]); }
  // The first place whose name is not before `name`; size() if there is none. Sorted ones only.
  size_t lower_bound(std::string_view name) const;

 private:
  struct Row {
    uint64_t name_at = 0;
    uint64_t dag_bytes = 0;
    Cid cid;
    uint16_t name_bytes = 0;
  };
  static_assert(sizeof(Row) == 56);

  std::string_view name_of(const Row& row) const {
    return std::string_view(names_).substr(row.name_at, row.name_bytes);
  }

  std::string names_;
  std::vector<Row> rows_;
};

}  // namespace penstock
