// SPDX-License-Identifier: Apache-2.0
#include "mount/live_store.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/bytes.h"
#include "dag/murmur3.h"

namespace penstock {
namespace {

Result<uint64_t> log_bytes(Store& store) {
  const StoreSite& site = store.site();
  PENSTOCK_TRY_ASSIGN(const auto log, site.files->open(site.paths.log(), false));
  return log->size();
}

void add_file(uint64_t& sum, const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return;
  std::array<uint64_t, 5> fields = {status.st_ino, static_cast<uint64_t>(status.st_size),
                                    static_cast<uint64_t>(status.st_mtim.tv_sec),
                                    static_cast<uint64_t>(status.st_mtim.tv_nsec)};
  fields.back() = murmur3_x64_64(as_bytes(path));
  sum += murmur3_x64_64(Bytes(reinterpret_cast<const uint8_t*>(fields.data()), sizeof fields));
}

// What a store's files are like: another number when one of them was written to, replaced, made or removed.
uint64_t files_of(const StoreSite& site) {
  uint64_t sum = 0;
  add_file(sum, site.paths.log());
  add_file(sum, site.paths.quarantine());
  for (const std::string& folder : {site.paths.segments(), site.paths.index()}) {
    const auto names = site.files->list(folder);
    if (!names) continue;
    for (const std::string& name : *names) add_file(sum, folder + "/" + name);
  }
  return sum;
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
  files_ = 0;
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
  const StoreSite& site = failed->store().site();
  if (now - replaced_ < pause_)
    return fail(Errc::failed, site.paths.directory, "it was opened anew a moment ago");
  replaced_ = now;
  const uint64_t files = files_of(site);
  if (files == files_) return fail(Errc::failed, site.paths.directory, "nothing has changed in it");
  pause_ = std::min(pause_ * 2, kLookAgainMost);
  PENSTOCK_TRY(open_anew());
  files_ = files;
  return open_now();
}

void LiveStore::was_worth_it() {
  const std::lock_guard lock(opening_);
  pause_ = kLookAgain;
}

}  // namespace penstock
