// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "dag/directory_entries.h"

namespace penstock {

// What the open directories of a mount take, which whoever looks decides. Directories of one content share
// what was read of it. Any thread; outlives what it gives.
class OpenListings {
 public:
  struct Limits {
    uint64_t bytes = uint64_t{256} << 20;  // of names; more where they are one directory's alone
    size_t directories = 4096;             // open at once
  };
  OpenListings() = default;
  explicit OpenListings(const Limits& limits) : limits_(limits) {}

  // Room for one open directory and `bytes` of its own, until it goes.
  class Room {
   public:
    Room() = default;
    Room(OpenListings& from, uint64_t bytes, size_t directories)
        : from_(&from), bytes_(bytes), directories_(directories) {}
    Room(Room&& other) noexcept;
    Room& operator=(Room&& other) noexcept;
    ~Room() { leave(); }

   private:
    void leave();

    OpenListings* from_ = nullptr;
    uint64_t bytes_ = 0;
    size_t directories_ = 0;
  };
  // locked: there is none until other directories are closed.
  Result<Room> open(uint64_t bytes);

  // The entries of a directory. locked: as open(); else errors as DirectoryReader::entries.
  Result<std::shared_ptr<const DirectoryEntries>> entries(BlockSource& source, const Cid& directory);

  uint64_t bytes() const;

 private:
  struct Listing {
    DirectoryEntries entries;
    Room room;
  };

  Result<Room> take(uint64_t bytes, size_t directories);

  Limits limits_;
  mutable std::mutex mutex_;
  uint64_t bytes_ = 0;
  size_t directories_ = 0;
  std::unordered_map<Cid, std::weak_ptr<const Listing>, CidHash> shared_;
};

}  // namespace penstock
