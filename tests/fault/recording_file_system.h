// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fault/file_image.h"
#include "fault/file_operation.h"
#include "fault/seeded_random.h"
#include "store/file_system.h"

namespace penstock {

// Which calls are refused.
struct FaultPlan {
  uint64_t seed = 0;
  double rate = 0;                       // of changes and syncs that fail with EIO
  std::optional<uint64_t> fails_at{};    // the call that fails with EIO, counted from 0
  std::optional<uint64_t> space_left{};  // bytes that files may still grow by before ENOSPC
};

// A file system in memory that remembers every change and barrier, so that a WritebackCache can tell what a
// power failure at any point would have left. What the process reads is always what it wrote, as it is with a
// page cache, also behind a sync that failed. Thread-safe; outlives its files and locks.
class RecordingFileSystem final : public FileSystem {
 public:
  explicit RecordingFileSystem(FileImage disk = {}) : disk_(disk), view_(std::move(disk)) {}

  // What the log began with, and what the process sees now; not while another thread changes it.
  const FileImage& disk() const { return disk_; }
  const FileImage& view() const { return view_; }
  const std::vector<FileOperation>& log() const { return log_; }
  size_t position() const;  // of the log: its length

  void inject(FaultPlan plan);
  void heal() { faults_.reset(); }
  size_t faults_injected() const { return faults_injected_; }

  Result<std::unique_ptr<File>> create(const std::string& path) override;
  Result<std::unique_ptr<File>> open(const std::string& path, bool writable) override;
  Result<bool> exists(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Status make_directory(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

 private:
  class OpenFile;
  class HeldLock;
  struct Faults {
    FaultPlan plan;
    SeededRandom random;
    uint64_t calls = 0;
  };

  // These expect the mutex held.
  bool fault_due();
  Status record_sync(FileOperation::Kind kind, uint32_t node, const std::string& path);
  Result<EntryName> entry_name(const std::string& path);
  Result<uint32_t> add(const std::string& path, bool directory);

  Status write(uint32_t node, const std::string& path, uint64_t offset, std::span<const Bytes> parts);
  Status truncate(uint32_t node, const std::string& path, uint64_t bytes);
  Status sync(uint32_t node, const std::string& path);
  Status read(uint32_t node, const std::string& path, uint64_t offset, MutableBytes into) const;
  uint64_t size(uint32_t node) const;

  mutable std::mutex mutex_;
  FileImage disk_;
  FileImage view_;
  std::vector<FileOperation> log_;
  std::set<std::string> locks_;
  std::optional<Faults> faults_;
  size_t faults_injected_ = 0;
};

}  // namespace penstock
