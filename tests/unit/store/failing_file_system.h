// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cerrno>
#include <memory>
#include <string>

#include "store/posix_file.h"
#include "store/posix_file_system.h"

namespace penstock {

// The real file system with a fuse: when it is spent, every change fails with `error_number`.
class FailingFileSystem final : public FileSystem {
 public:
  std::atomic<int64_t> changes_left = INT64_MAX;  // writes, truncates, syncs, renames, names made
  std::atomic<bool> fails_once = false;           // the change after that succeeds again
  std::atomic<int> error_number = ENOSPC;
  std::atomic<int> open_error = 0;  // of files in segments/, while not 0
  std::atomic<int> read_error = 0;
  // Bytes of the first segment that cannot be read: from, to.
  std::atomic<uint64_t> bad_from = 0;
  std::atomic<uint64_t> bad_to = 0;

  Result<std::unique_ptr<File>> create(const std::string& path) override {
    PENSTOCK_TRY(spend(path));
    PENSTOCK_TRY_ASSIGN(auto file, real_.create(path));
    return std::make_unique<FailingFile>(*this, std::move(file), path);
  }
  Result<std::unique_ptr<File>> open(const std::string& path, bool writable) override {
    if (open_error != 0 && path.ends_with(".seg")) return fail_file(path, open_error);
    PENSTOCK_TRY_ASSIGN(auto file, real_.open(path, writable));
    return std::make_unique<FailingFile>(*this, std::move(file), path);
  }
  Result<bool> exists(const std::string& path) override { return real_.exists(path); }
  Result<std::vector<std::string>> list(const std::string& directory) override {
    return real_.list(directory);
  }
  Status make_directory(const std::string& path) override {
    PENSTOCK_TRY(spend(path));
    return real_.make_directory(path);
  }
  Status rename(const std::string& from, const std::string& to) override {
    PENSTOCK_TRY(spend(from));
    return real_.rename(from, to);
  }
  Status remove(const std::string& path) override { return real_.remove(path); }
  Status sync_directory(const std::string& path) override {
    PENSTOCK_TRY(spend(path));
    return real_.sync_directory(path);
  }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override { return real_.lock(path); }

 private:
  class FailingFile final : public File {
   public:
    FailingFile(FailingFileSystem& owner, std::unique_ptr<File> file, std::string path)
        : owner_(&owner), file_(std::move(file)), path_(std::move(path)) {}
    Status read(uint64_t offset, MutableBytes into) const override {
      if (owner_->read_error != 0 && path_.ends_with(".seg")) return fail_file(path_, owner_->read_error);
      const bool bad = offset < owner_->bad_to && offset + into.size() > owner_->bad_from;
      if (bad && path_.ends_with("00000001.seg")) return fail_file(path_, EIO);
      return file_->read(offset, into);
    }
    Result<uint64_t> size() const override { return file_->size(); }
    Status write(uint64_t offset, std::span<const Bytes> parts) override {
      const Status spent = owner_->spend(path_);
      if (spent) return file_->write(offset, parts);
      // A full disk takes what still fits.
      const Bytes half = parts[0].first(parts[0].size() / 2);
      static_cast<void>(file_->write(offset, std::span(&half, 1)));
      return spent;
    }
    Status truncate(uint64_t bytes) override {
      PENSTOCK_TRY(owner_->spend(path_));
      return file_->truncate(bytes);
    }
    Status sync() override {
      PENSTOCK_TRY(owner_->spend(path_));
      return file_->sync();
    }

   private:
    FailingFileSystem* owner_;
    std::unique_ptr<File> file_;
    std::string path_;
  };

  Status spend(const std::string& path) {
    const int64_t left = changes_left--;
    if (left > 0 || (left < 0 && fails_once)) return {};
    return fail_file(path, error_number);
  }

  PosixFileSystem real_;
};

}  // namespace penstock
