// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace penstock {

// An open file. Reads, and writes of ranges that do not overlap, are thread-safe.
class File {
 public:
  virtual ~File() = default;
  // Reads exactly into.size() bytes at `offset`; corrupt error when the file ends before.
  virtual Status read(uint64_t offset, MutableBytes into) const = 0;
  virtual Result<uint64_t> size() const = 0;
  // Writes all parts, one behind the other, at `offset`.
  virtual Status write(uint64_t offset, std::span<const Bytes> parts) = 0;
  virtual Status truncate(uint64_t bytes) = 0;
  virtual Status sync() = 0;  // fsync: contents and size
};

// A held advisory lock; destroyed, it is released.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

// The thin layer that every write of the store goes through, so that tests can record, tear, reorder and fail
// them (tests/fault). Paths are whole. Thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> create(const std::string& path) = 0;  // fails if it exists
  virtual Result<std::unique_ptr<File>> open(const std::string& path,
                                             bool writable) = 0;  // absent error: no such file
  virtual Result<bool> exists(const std::string& path) = 0;
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;  // names, sorted
  virtual Status make_directory(const std::string& path) = 0;                       // no error if it is there
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;
  virtual Status sync_directory(const std::string& path) = 0;
  virtual Result<std::unique_ptr<FileLock>> lock(
      const std::string& path) = 0;  // locked error: held elsewhere
};

// The real one.
FileSystem& posix_file_system();
// Calls of fsync by it since the process began.
uint64_t posix_syncs();

}  // namespace penstock
