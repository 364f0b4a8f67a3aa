// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "store/file_system.h"
#include "store/index.h"
#include "store/store_config.h"
#include "verify/verified_block.h"

namespace penstock {

enum class Access : uint8_t { read, write };

struct StoreOptions {
  // Told to the user: what was recovered, rebuilt, set aside. Called in open() and never from the data path.
  std::function<void(const std::string&)> notice;
  // Opens the index; RocksDB by default. Tests bring their own.
  IndexFactory index_factory;
};

// Whether a chunk has to be encoded and appended.
enum class Claim : uint8_t {
  yours,    // it was not there: the caller now has to append it
  present,  // stored, or claimed before by somebody who will append it
};

// One commit in the order of acknowledgement.
struct LoggedCommit {
  Cid cid;
  uint64_t offset = 0;  // of its record in commits.log
};

// A content-addressed store in a directory (format.md). One process writes at a time (lock), any number read.
// claim, append and new_reader may be called from any threads; commit when no append is under way.
class Store {
 public:
  // Makes a new, empty store. failed: there is something already; see format.md for what is created.
  static Status init(FileSystem& files, const std::string& directory, const StoreConfig& config);

  // Opens, and as a writer recovers: what lies beyond the watermark is set aside, commits that are whole there
  // are recovered. failed: not a store, newer format; locked: another writer; corrupt: store.toml damaged.
  static Result<std::unique_ptr<Store>> open(FileSystem& files, const std::string& directory, Access access,
                                             StoreOptions options);
  ~Store();

  const StoreConfig& config() const;

  // Durable commits, oldest first; the last is the head.
  std::span<const LoggedCommit> commits() const;

  // For each digest (they may repeat) whether the caller must append it. claims.size() == digests.size().
  Status claim(std::span<const Digest> digests, std::span<Claim> claims);
  // Writes one record. The block's chunks are found by readers of this process at once, by others after commit.
  Status append(const VerifiedBlock& block);
  // Makes everything appended durable, then `commit`, whose block was appended before. After an error nothing
  // is acknowledged; the store must be reopened to write again.
  Status commit(const Cid& commit);

  // A reader for one thread, with a small cache of decoded frames. The store outlives it.
  std::unique_ptr<BlockSource> new_reader();
  // Where a block is stored: segment, record and place; nothing if absent.
  Result<std::optional<Placement>> find(const Digest& digest);

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace penstock
