// SPDX-License-Identifier: Apache-2.0
#include "dag/directory_entries.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "dag/entry_name.h"

namespace penstock {

void DirectoryEntries::add(std::string_view name, const Cid& cid, uint64_t dag_bytes) {
  static_assert(kEntryNameBytesMax <= std::numeric_limits<uint16_t>::max());
  PENSTOCK_CHECK(name.size() <= kEntryNameBytesMax);
  rows_.push_back({names_.size(), dag_bytes, cid, static_cast<uint16_t>(name.size())});
  names_ += name;
}

void DirectoryEntries::sort() {
  const auto before = [this](const Row& a, const Row& b) { return name_of(a) < name_of(b); };
  if (!std::ranges::is_sorted(rows_, before)) std::ranges::sort(rows_, before);
}

size_t DirectoryEntries::lower_bound(std::string_view name) const {
  const auto found =
      std::ranges::lower_bound(rows_, name, {}, [this](const Row& row) { return name_of(row); });
  return static_cast<size_t>(found - rows_.begin());
}

}  // namespace penstock
