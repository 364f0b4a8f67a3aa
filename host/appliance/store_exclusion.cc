// SPDX-License-Identifier: Apache-2.0
#include "appliance/store_exclusion.h"

#include <sys/stat.h>

#include <utility>

namespace penstock {

StoreExclusion::StoreExclusion(std::unique_ptr<EntryStream> entries, const std::string& directory,
                               std::function<void(const std::string& path)> met)
    : entries_(std::move(entries)), excluded_(identity_of(directory)), met_(std::move(met)) {}

Result<std::optional<Entry>> StoreExclusion::next() {
  while (true) {
    auto entry = entries_->next();
    if (!entry || !*entry || (*entry)->kind != Entry::Kind::directory_begin) return entry;
    if (!excluded_ || identity_of((*entry)->path) != excluded_) return entry;
    met_((*entry)->path);
    PENSTOCK_TRY(skip_directory());
  }
}

std::optional<StoreExclusion::Identity> StoreExclusion::identity_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return Identity{status.st_dev, status.st_ino};
}

Status StoreExclusion::skip_directory() {
  for (size_t depth = 1; depth > 0;) {
    PENSTOCK_TRY_ASSIGN(const std::optional<Entry> entry, entries_->next());
    if (!entry) return {};
    if (entry->kind == Entry::Kind::directory_begin) ++depth;
    if (entry->kind == Entry::Kind::directory_end) --depth;
  }
  return {};
}

}  // namespace penstock
