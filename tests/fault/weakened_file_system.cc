// SPDX-License-Identifier: Apache-2.0
#include "fault/weakened_file_system.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fault/file_image.h"

namespace penstock {

namespace {

constexpr std::array<WeaknessName, 10> kNames{{
    {Weakness::segment_sync, "segment_sync"},
    {Weakness::late_segment_sync, "late_segment_sync"},
    {Weakness::log_sync, "log_sync"},
    {Weakness::segments_directory_sync, "segments_directory_sync"},
    {Weakness::store_directory_sync, "store_directory_sync"},
    {Weakness::parent_directory_sync, "parent_directory_sync"},
    {Weakness::store_toml_sync, "store_toml_sync"},
    {Weakness::set_aside_sync, "set_aside_sync"},
    {Weakness::set_aside_directory_sync, "set_aside_directory_sync"},
    {Weakness::rewriting, "rewriting"},
}};

}  // namespace

std::span<const WeaknessName> weakness_names() {
  return kNames;
}

class WeakenedFileSystem::WeakenedFile final : public File {
 public:
  WeakenedFile(WeakenedFileSystem& files, std::unique_ptr<File> below, std::string path)
      : files_(files), below_(std::move(below)), path_(std::move(path)) {}

  Status read(uint64_t offset, MutableBytes into) const override { return below_->read(offset, into); }
  Result<uint64_t> size() const override { return below_->size(); }
  Status write(uint64_t offset, std::span<const Bytes> parts) override {
    return files_.write(*below_, offset, parts);
  }
  Status truncate(uint64_t bytes) override { return below_->truncate(bytes); }
  Status sync() override { return files_.sync(*below_, path_); }

 private:
  WeakenedFileSystem& files_;
  std::unique_ptr<File> below_;
  std::string path_;
};

Result<std::unique_ptr<File>> WeakenedFileSystem::create(const std::string& path) {
  PENSTOCK_TRY_ASSIGN(std::unique_ptr<File> below, below_.create(path));
  return std::make_unique<WeakenedFile>(*this, std::move(below), path);
}

Result<std::unique_ptr<File>> WeakenedFileSystem::open(const std::string& path, bool writable) {
  PENSTOCK_TRY_ASSIGN(std::unique_ptr<File> below, below_.open(path, writable));
  return std::make_unique<WeakenedFile>(*this, std::move(below), path);
}

Status WeakenedFileSystem::sync(File& file, const std::string& path) {
  const bool segment = path.starts_with(store_ + "/segments/");
  const bool log = path == store_ + "/commits.log";
  if (segment && weakness_ == Weakness::segment_sync) return {};
  if (log && weakness_ == Weakness::log_sync) return {};
  if (path.starts_with(store_ + "/store.toml") && weakness_ == Weakness::store_toml_sync) return {};
  if (path.starts_with(store_ + "/set-aside/") && weakness_ == Weakness::set_aside_sync) return {};
  if (weakness_ != Weakness::late_segment_sync) return file.sync();
  if (segment) {
    late_.insert(path);
    return {};
  }
  PENSTOCK_TRY(file.sync());
  if (!log) return {};
  for (const std::string& late : std::exchange(late_, {})) {
    PENSTOCK_TRY_ASSIGN(const std::unique_ptr<File> put_off, below_.open(late, true));
    PENSTOCK_TRY(put_off->sync());
  }
  return {};
}

Status WeakenedFileSystem::write(File& file, uint64_t offset, std::span<const Bytes> parts) {
  if (weakness_ == Weakness::rewriting && parts.size() == 1) {
    std::vector<uint8_t> there(parts[0].size());
    if (file.read(offset, there) && std::equal(there.begin(), there.end(), parts[0].begin())) return {};
  }
  return file.write(offset, parts);
}

Status WeakenedFileSystem::sync_directory(const std::string& path) {
  if (weakness_ == Weakness::segments_directory_sync && path == store_ + "/segments") return {};
  if (weakness_ == Weakness::set_aside_directory_sync && path == store_ + "/set-aside") return {};
  if (weakness_ == Weakness::store_directory_sync && path == store_) return {};
  if (weakness_ == Weakness::parent_directory_sync && path == split_path(store_).directory) return {};
  return below_.sync_directory(path);
}

}  // namespace penstock
