// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "dag/directory_entries.h"

namespace penstock {

// What the open directories of a mount take, which whoever looks decides. Directories of one content share
// what was read of it. No user has more directories open than are left to the others. Any thread; outlives
// what it gives.
class OpenListings {
 public:
  struct Limits {
    uint64_t bytes = uint64_t{256} << 20;  // of names, beside one directory's of any size
    size_t directories = 4096;             // open at once
  };
  OpenListings() = default;
  explicit OpenListings(const Limits& limits) : limits_(limits) {}

  // Room for `bytes` of names, or for one of a user's open directories and as many, until it goes.
  class Room {
   public:
    Room() = default;
    Room(OpenListings& from, uint64_t bytes, bool beside, std::optional<uint32_t> user)
        : from_(&from), bytes_(bytes), beside_(beside), user_(user) {}
    Room(Room&& other) noexcept;
    Room& operator=(Room&& other) noexcept;
    ~Room() { leave(); }

   private:
    void leave();

    OpenListings* from_ = nullptr;
    uint64_t bytes_ = 0;
    bool beside_ = false;           // it is the one beside the limit
    std::optional<uint32_t> user_;  // whose directory is open
  };
  // `user`: a uid. locked: there is none until other directories are closed.
  Result<Room> open(uint32_t user, uint64_t bytes);

  // The entries of a directory. locked: as open(); else errors as DirectoryReader::entries.
  Result<std::shared_ptr<const DirectoryEntries>> entries(BlockSource& source, const Cid& directory);

  uint64_t bytes() const;

 private:
  struct Listing {
    DirectoryEntries entries;
    Room room;
  };

  Result<Room> take(uint64_t bytes, std::optional<uint32_t> user);

  Limits limits_;
  mutable std::mutex mutex_;
  uint64_t bytes_ = 0;                   // all but what is beside the limit
  std::optional<uint64_t> beside_;       // bytes
  size_t directories_ = 0;               // of all users
  std::map<uint32_t, size_t> of_users_;  // none is 0
  std::unordered_map<Cid, std::weak_ptr<const Listing>, CidHash> shared_;
};

}  // namespace penstock
