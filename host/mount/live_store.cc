// SPDX-License-Identifier: Apache-2.0
#include "mount/live_store.h"

namespace penstock {
namespace {

Result<uint64_t> log_bytes(Store& store) {
  const StoreSite& site = store.site();
  PENSTOCK_TRY_ASSIGN(const auto log, site.files->open(site.paths.log(), false));
  return log->size();
}

}  // namespace

std::shared_ptr<StoreGeneration> LiveStore::open_now() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

// The size first: what is appended between the two is seen the next time. Who reads meanwhile goes on with
// the store as it was.
Status LiveStore::open_anew() {
  uint64_t bytes = 0;
  if (const auto before = open_now()) {
    PENSTOCK_TRY_ASSIGN(bytes, log_bytes(before->store()));
  }
  PENSTOCK_TRY_ASSIGN(auto store, open_());
  auto generation = std::make_shared<StoreGeneration>(std::move(store), readers_);
  log_bytes_ = bytes;
  const std::lock_guard lock(mutex_);
  generation_.swap(generation);
  return {};
}

Result<std::shared_ptr<StoreGeneration>> LiveStore::current() {
  if (auto generation = open_now()) return generation;
  const std::lock_guard lock(opening_);
  if (!open_now()) {
    PENSTOCK_TRY(open_anew());
  }
  return open_now();
}

Result<std::shared_ptr<StoreGeneration>> LiveStore::fresh() {
  PENSTOCK_TRY_ASSIGN(const auto generation, current());
  const std::lock_guard lock(opening_);
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ < kLookAgain) return open_now();
  looked_ = now;
  const Result<uint64_t> bytes = log_bytes(generation->store());
  // Where the store cannot be reached, whoever reads from it will say so.
  if (bytes && *bytes != log_bytes_) static_cast<void>(open_anew());
  return open_now();
}

Result<std::shared_ptr<StoreGeneration>> LiveStore::replace(const std::shared_ptr<StoreGeneration>& failed) {
  const std::lock_guard lock(opening_);
  if (open_now() != failed) return open_now();
  // What is damaged stays so: many who ask for it must not open the store as often.
  const auto now = std::chrono::steady_clock::now();
  if (now - replaced_ < kLookAgain)
    return fail(Errc::failed, failed->store().site().paths.directory, "it was opened anew a moment ago");
  replaced_ = now;
  PENSTOCK_TRY(open_anew());
  return open_now();
}

}  // namespace penstock
