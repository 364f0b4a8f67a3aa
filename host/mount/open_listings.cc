// SPDX-License-Identifier: Apache-2.0
#include "mount/open_listings.h"

#include <utility>

#include "dag/directory_reader.h"

namespace penstock {

OpenListings::Room::Room(Room&& other) noexcept
    : from_(std::exchange(other.from_, nullptr)), bytes_(other.bytes_), directories_(other.directories_) {}

OpenListings::Room& OpenListings::Room::operator=(Room&& other) noexcept {
  if (this == &other) return *this;
  leave();
  from_ = std::exchange(other.from_, nullptr);
  bytes_ = other.bytes_;
  directories_ = other.directories_;
  return *this;
}

void OpenListings::Room::leave() {
  if (from_ == nullptr) return;
  const std::lock_guard lock(from_->mutex_);
  from_->bytes_ -= bytes_;
  from_->directories_ -= directories_;
  from_ = nullptr;
}

Result<OpenListings::Room> OpenListings::take(uint64_t bytes, size_t directories) {
  const std::lock_guard lock(mutex_);
  const bool fits = bytes_ == 0 || bytes_ + bytes <= limits_.bytes;
  if (!fits || directories_ + directories > limits_.directories)
    return fail(Errc::locked, "mount", "too many directories are open at once", "close some");
  bytes_ += bytes;
  directories_ += directories;
  return Room(*this, bytes, directories);
}

Result<OpenListings::Room> OpenListings::open(uint64_t bytes) {
  return take(bytes, 1);
}

// What is read at once by several is kept once; the others' is dropped.
Result<std::shared_ptr<const DirectoryEntries>> OpenListings::entries(BlockSource& source,
                                                                      const Cid& directory) {
  const auto known = [&]() -> std::shared_ptr<const Listing> {
    const std::lock_guard lock(mutex_);
    const auto found = shared_.find(directory);
    return found == shared_.end() ? nullptr : found->second.lock();
  };
  std::shared_ptr<const Listing> listing = known();
  if (!listing) {
    PENSTOCK_TRY_ASSIGN(DirectoryEntries entries, DirectoryReader(source).entries(directory));
    listing = known();
    if (!listing) {
      PENSTOCK_TRY_ASSIGN(Room room, take(entries.memory_bytes(), 0));
      listing = std::make_shared<const Listing>(Listing{std::move(entries), std::move(room)});
      const std::lock_guard lock(mutex_);
      std::erase_if(shared_, [](const auto& row) { return row.second.expired(); });
      shared_[directory] = listing;
    }
  }
  return std::shared_ptr<const DirectoryEntries>(listing, &listing->entries);
}

uint64_t OpenListings::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace penstock
