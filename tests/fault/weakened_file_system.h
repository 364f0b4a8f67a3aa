// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/file_system.h"

namespace penstock {

// What a store may forget.
enum class Weakness : uint8_t {
  none,
  segment_sync,              // fsync of a segment does nothing
  late_segment_sync,         // fsync of a segment happens behind the next one of commits.log
  log_sync,                  // fsync of commits.log does nothing
  segments_directory_sync,   // of segments/
  store_directory_sync,      // of the store's own directory
  parent_directory_sync,     // of the directory that the store is in
  store_toml_sync,           // of store.toml before it is renamed into place
  set_aside_sync,            // of a tail that was copied into set-aside/
  set_aside_directory_sync,  // of set-aside/
  rewriting,                 // of bytes that are there already, but may be so in the page cache alone
};

struct WeaknessName {
  Weakness weakness;
  std::string_view name;
};
std::span<const WeaknessName> weakness_names();

// The file system below, with one precaution missing: a store on it is a store that forgot it, and a crash
// simulator that is worth something finds it out. The store's directory is `store`.
class WeakenedFileSystem final : public FileSystem {
 public:
  WeakenedFileSystem(FileSystem& below, Weakness weakness, std::string store)
      : below_(below), weakness_(weakness), store_(std::move(store)) {}

  Result<std::unique_ptr<File>> create(const std::string& path) override;
  Result<std::unique_ptr<File>> open(const std::string& path, bool writable) override;
  Result<bool> exists(const std::string& path) override { return below_.exists(path); }
  Result<std::vector<std::string>> list(const std::string& directory) override {
    return below_.list(directory);
  }
  Status make_directory(const std::string& path) override { return below_.make_directory(path); }
  Status rename(const std::string& from, const std::string& to) override { return below_.rename(from, to); }
  Status remove(const std::string& path) override { return below_.remove(path); }
  Status sync_directory(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return below_.lock(path); }

 private:
  class WeakenedFile;

  Status sync(File& file, const std::string& path);
  Status write(File& file, uint64_t offset, std::span<const Bytes> parts);

  FileSystem& below_;
  Weakness weakness_;
  std::string store_;
  std::set<std::string> late_;  // segments whose sync was put off
};

}  // namespace penstock
