// SPDX-License-Identifier: Apache-2.0
#include "fault/recording_file_system.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace penstock {

using Kind = FileOperation::Kind;
using Outcome = FileOperation::Outcome;

class RecordingFileSystem::OpenFile final : public File {
 public:
  OpenFile(RecordingFileSystem& files, uint32_t node, std::string path, bool writable)
      : files_(files), node_(node), path_(std::move(path)), writable_(writable) {}

  Status read(uint64_t offset, MutableBytes into) const override {
    return files_.read(node_, path_, offset, into);
  }
  Result<uint64_t> size() const override { return files_.size(node_); }
  Status write(uint64_t offset, std::span<const Bytes> parts) override {
    if (!writable_) return fail_errno(path_, EBADF);
    return files_.write(node_, path_, offset, parts);
  }
  Status truncate(uint64_t bytes) override {
    if (!writable_) return fail_errno(path_, EBADF);
    return files_.truncate(node_, path_, bytes);
  }
  Status sync() override { return files_.sync(node_, path_); }

 private:
  RecordingFileSystem& files_;
  uint32_t node_;
  std::string path_;
  bool writable_;
};

class RecordingFileSystem::HeldLock final : public FileLock {
 public:
  HeldLock(RecordingFileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
  ~HeldLock() override {
    const std::lock_guard held(files_.mutex_);
    files_.locks_.erase(path_);
  }

 private:
  RecordingFileSystem& files_;
  std::string path_;
};

size_t RecordingFileSystem::position() const {
  const std::lock_guard held(mutex_);
  return log_.size();
}

void RecordingFileSystem::inject(FaultPlan plan) {
  const SeededRandom random(plan.seed);
  faults_.emplace(Faults{plan, random, 0});
}

bool RecordingFileSystem::fault_due() {
  if (!faults_) return false;
  const bool chosen = faults_->plan.fails_at == faults_->calls++;
  if (!faults_->random.chance(faults_->plan.rate) && !chosen) return false;
  ++faults_injected_;
  return true;
}

Result<EntryName> RecordingFileSystem::entry_name(const std::string& path) {
  const SplitPath split = split_path(path);
  const std::optional<uint32_t> directory = view_.find(split.directory);
  if (!directory) return fail_errno(path, ENOENT);
  return EntryName{*directory, split.name};
}

Result<uint32_t> RecordingFileSystem::add(const std::string& path, bool directory) {
  PENSTOCK_TRY_ASSIGN(const EntryName entry, entry_name(path));
  if (fault_due()) return fail_errno(path, EIO);
  const auto node = static_cast<uint32_t>(view_.nodes.size());
  view_.nodes.push_back(FileNode{directory, {}, {}});
  view_.nodes[entry.directory].entries[entry.name] = node;
  log_.push_back({.kind = directory ? Kind::make_directory : Kind::create, .node = node, .entry = entry});
  return node;
}

Result<std::unique_ptr<File>> RecordingFileSystem::create(const std::string& path) {
  const std::lock_guard held(mutex_);
  if (view_.find(path)) return fail_errno(path, EEXIST);
  PENSTOCK_TRY_ASSIGN(const uint32_t node, add(path, false));
  return std::make_unique<OpenFile>(*this, node, path, true);
}

Result<std::unique_ptr<File>> RecordingFileSystem::open(const std::string& path, bool writable) {
  const std::lock_guard held(mutex_);
  const std::optional<uint32_t> node = view_.find(path);
  if (!node) return fail(Errc::absent, path, "no such file");
  if (view_.nodes[*node].directory) return fail_errno(path, EISDIR);
  return std::make_unique<OpenFile>(*this, *node, path, writable);
}

Result<bool> RecordingFileSystem::exists(const std::string& path) {
  const std::lock_guard held(mutex_);
  return view_.find(path).has_value();
}

Result<std::vector<std::string>> RecordingFileSystem::list(const std::string& directory) {
  const std::lock_guard held(mutex_);
  const std::optional<uint32_t> node = view_.find(directory);
  if (!node) return fail(Errc::absent, directory, "no such directory");
  if (!view_.nodes[*node].directory) return fail_errno(directory, ENOTDIR);
  std::vector<std::string> names;
  for (const auto& [name, child] : view_.nodes[*node].entries) names.push_back(name);
  return names;
}

Status RecordingFileSystem::make_directory(const std::string& path) {
  const std::lock_guard held(mutex_);
  if (view_.find(path)) return {};
  PENSTOCK_TRY(add(path, true));
  return {};
}

Status RecordingFileSystem::rename(const std::string& from, const std::string& to) {
  const std::lock_guard held(mutex_);
  PENSTOCK_TRY_ASSIGN(const EntryName entry, entry_name(from));
  PENSTOCK_TRY_ASSIGN(const EntryName target, entry_name(to));
  const std::optional<uint32_t> node = view_.find(from);
  if (!node) return fail(Errc::absent, from, "no such file");
  if (fault_due()) return fail_errno(from, EIO);
  view_.nodes[entry.directory].entries.erase(entry.name);
  view_.nodes[target.directory].entries[target.name] = *node;
  log_.push_back({.kind = Kind::rename, .node = *node, .entry = entry, .target = target});
  return {};
}

Status RecordingFileSystem::remove(const std::string& path) {
  const std::lock_guard held(mutex_);
  PENSTOCK_TRY_ASSIGN(const EntryName entry, entry_name(path));
  const std::optional<uint32_t> node = view_.find(path);
  if (!node) return fail(Errc::absent, path, "no such file");
  if (fault_due()) return fail_errno(path, EIO);
  view_.nodes[entry.directory].entries.erase(entry.name);
  log_.push_back({.kind = Kind::remove, .node = *node, .entry = entry});
  return {};
}

Status RecordingFileSystem::sync_directory(const std::string& path) {
  const std::lock_guard held(mutex_);
  const std::optional<uint32_t> node = view_.find(path);
  if (!node || !view_.nodes[*node].directory) return fail_errno(path, node ? ENOTDIR : ENOENT);
  return record_sync(Kind::sync_directory, *node, path);
}

Result<std::unique_ptr<FileLock>> RecordingFileSystem::lock(const std::string& path) {
  const std::lock_guard held(mutex_);
  if (locks_.contains(path)) return fail(Errc::locked, path, "another process writes to the store");
  if (!view_.find(path)) PENSTOCK_TRY(add(path, false));
  locks_.insert(path);
  return std::make_unique<HeldLock>(*this, path);
}

Status RecordingFileSystem::record_sync(Kind kind, uint32_t node, const std::string& path) {
  const bool faulty = fault_due();
  FileOperation operation{.kind = kind, .node = node};
  if (faulty) {
    // File systems that lose names stop (ext4, XFS and Btrfs go read-only); data they lose and go on.
    const bool may_lose = kind == Kind::sync && faults_->random.chance(0.5);
    operation.outcome = may_lose ? Outcome::lost : Outcome::kept_dirty;
    operation.fate_seed = faults_->random.next();
  }
  log_.push_back(std::move(operation));
  if (faulty) return fail_errno(path, EIO);
  return {};
}

Status RecordingFileSystem::write(uint32_t node, const std::string& path, uint64_t offset,
                                  std::span<const Bytes> parts) {
  const std::lock_guard held(mutex_);
  FileOperation operation{.kind = Kind::write, .node = node, .offset = offset};
  for (const Bytes part : parts) operation.bytes.insert(operation.bytes.end(), part.begin(), part.end());
  int error = 0;
  if (fault_due()) {
    error = EIO;
    operation.bytes.resize(faults_->random.below(operation.bytes.size() + 1));
  }
  std::vector<uint8_t>& bytes = view_.nodes[node].bytes;
  const uint64_t end = offset + operation.bytes.size();
  const uint64_t growth = end > bytes.size() ? end - bytes.size() : 0;
  if (faults_ && faults_->plan.space_left) {
    uint64_t& left = *faults_->plan.space_left;
    if (growth > left) {
      error = ENOSPC;
      ++faults_injected_;
      operation.bytes.resize(operation.bytes.size() -
                             std::min<uint64_t>(growth - left, operation.bytes.size()));
    }
    left -= std::min(left, growth);
  }
  if (!operation.bytes.empty()) {
    bytes.resize(std::max<size_t>(bytes.size(), offset + operation.bytes.size()));
    std::copy(operation.bytes.begin(), operation.bytes.end(), bytes.begin() + static_cast<ptrdiff_t>(offset));
    log_.push_back(std::move(operation));
  }
  if (error != 0) return fail_errno(path, error);
  return {};
}

Status RecordingFileSystem::truncate(uint32_t node, const std::string& path, uint64_t bytes) {
  const std::lock_guard held(mutex_);
  if (fault_due()) return fail_errno(path, EIO);
  view_.nodes[node].bytes.resize(bytes);
  log_.push_back({.kind = Kind::truncate, .node = node, .offset = bytes});
  return {};
}

Status RecordingFileSystem::sync(uint32_t node, const std::string& path) {
  const std::lock_guard held(mutex_);
  return record_sync(Kind::sync, node, path);
}

Status RecordingFileSystem::read(uint32_t node, const std::string& path, uint64_t offset,
                                 MutableBytes into) const {
  const std::lock_guard held(mutex_);
  const std::vector<uint8_t>& bytes = view_.nodes[node].bytes;
  if (offset > bytes.size() || into.size() > bytes.size() - offset) {
    return fail(Errc::corrupt, path, "ends too early");
  }
  std::copy_n(bytes.begin() + static_cast<ptrdiff_t>(offset), into.size(), into.begin());
  return {};
}

uint64_t RecordingFileSystem::size(uint32_t node) const {
  const std::lock_guard held(mutex_);
  return view_.nodes[node].bytes.size();
}

}  // namespace penstock
