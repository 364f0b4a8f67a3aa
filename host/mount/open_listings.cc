// SPDX-License-Identifier: Apache-2.0
#include "mount/open_listings.h"

#include <utility>

#include "dag/directory_reader.h"

namespace penstock {

OpenListings::Room::Room(Room&& other) noexcept
    : from_(std::exchange(other.from_, nullptr)),
      bytes_(other.bytes_),
      beside_(other.beside_),
      user_(other.user_) {}

OpenListings::Room& OpenListings::Room::operator=(Room&& other) noexcept {
  if (this == &other) return *this;
  leave();
  from_ = std::exchange(other.from_, nullptr);
  bytes_ = other.bytes_;
  beside_ = other.beside_;
  user_ = other.user_;
  return *this;
}

void OpenListings::Room::leave() {
  if (from_ == nullptr) return;
  const std::lock_guard lock(from_->mutex_);
  if (beside_) {
    from_->beside_.reset();
  } else {
    from_->bytes_ -= bytes_;
  }
  if (user_) {
    --from_->directories_;
    const auto own = from_->of_users_.find(*user_);
    if (--own->second == 0) from_->of_users_.erase(own);
  }
  from_ = nullptr;
}

// Who reads a directory has those above it open: however large it is there has to be room for it, and beside
// it for those in it.
Result<OpenListings::Room> OpenListings::take(uint64_t bytes, std::optional<uint32_t> user) {
  const std::lock_guard lock(mutex_);
  const bool beside = bytes_ + bytes > limits_.bytes;
  bool full = beside && beside_;
  if (user) {
    const auto own = of_users_.find(*user);
    full = full || (own == of_users_.end() ? 0 : own->second) >= limits_.directories - directories_;
  }
  if (full) return fail(Errc::locked, "mount", "too many directories are open at once", "close some");
  if (beside) {
    beside_ = bytes;
  } else {
    bytes_ += bytes;
  }
  if (user) {
    ++directories_;
    ++of_users_[*user];
  }
  return Room(*this, bytes, beside, user);
}

Result<OpenListings::Room> OpenListings::open(uint32_t user, uint64_t bytes) {
  return take(bytes, user);
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
      PENSTOCK_TRY_ASSIGN(Room room, take(entries.memory_bytes(), std::nullopt));
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
  return bytes_ + beside_.value_or(0);
}

}  // namespace penstock
