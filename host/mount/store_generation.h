// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "dag/file_walker.h"
#include "dag/zero_leaves.h"
#include "store/store.h"

namespace penstock {

// A reader of a store's blocks, and one of its files on top of it.
struct MountReader {
  explicit MountReader(std::unique_ptr<StoreReader> reader) : blocks(std::move(reader)), files(*blocks) {}

  std::unique_ptr<StoreReader> blocks;
  FileWalker files;
  ZeroLeaves zeros;
  // Of the request that has it: there is no newer store to ask, and what can be shown without what is damaged
  // is to be shown.
  bool last_try = false;
};

// One opening of the store, with its readers. Any thread; requests hold it while they last.
class StoreGeneration {
 public:
  StoreGeneration(std::unique_ptr<Store> store, unsigned readers);

  Store& store() { return *store_; }

  // A reader for one request, given back by its destructor.
  class Lent {
   public:
    Lent(StoreGeneration& from, std::unique_ptr<MountReader> reader, uint32_t process)
        : from_(&from), reader_(std::move(reader)), process_(process) {}
    Lent(Lent&&) noexcept = default;
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    Lent& operator=(Lent&&) = delete;
    ~Lent();

    MountReader& operator*() const { return *reader_; }
    MountReader* operator->() const { return reader_.get(); }

   private:
    StoreGeneration* from_;
    std::unique_ptr<MountReader> reader_;
    uint32_t process_;
  };
  // The one that `process` used last if it is free, since its frames are warm. Waits while all are lent.
  Lent lend(uint32_t process);

 private:
  struct Idle {
    std::unique_ptr<MountReader> reader;
    uint32_t process = 0;
  };

  std::unique_ptr<Store> store_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  unsigned not_made_;  // readers that may still be made
  std::vector<Idle> idle_;
};

}  // namespace penstock
