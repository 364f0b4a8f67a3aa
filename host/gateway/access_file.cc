// SPDX-License-Identifier: Apache-2.0
#include "gateway/access_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <filesystem>

#include "dag/entry_name.h"
#include "gateway/access_token.h"
#include "ingest/owned_fd.h"

namespace penstock {
namespace {

constexpr auto kLookInterval = std::chrono::seconds(1);
constexpr int64_t kUnsettledNs = 1'000'000'000;

int64_t nanoseconds(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// Nothing: no such file.
Result<std::optional<std::string>> read_text(const std::string& path) {
  const OwnedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0 && errno == ENOENT) return std::optional<std::string>();
  if (file.get() < 0) return fail_errno(path);
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) return fail_errno(path);
  if (!S_ISREG(about.st_mode)) return fail(Errc::failed, path, "is not a regular file");
  if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fail(Errc::failed, path, "others than its owner may write to it",
                "look through what it says, then chmod go-w it");
  }
  std::string text;
  while (true) {
    char part[65536];
    const ssize_t got = ::read(file.get(), part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(path);
    if (got == 0) return std::optional(std::move(text));
    text.append(part, static_cast<size_t>(got));
    if (text.size() > AccessList::kTextBytesMax)
      return fail(Errc::usage, path, "is longer than 4 MiB, which no access list is");
  }
}

Status write_all(int file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno(path);
    text.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(file) != 0) return fail_errno(path);
  return {};
}

Status sync_directory_of(const std::string& path) {
  const std::string directory = std::filesystem::absolute(path).parent_path();
  const OwnedFd file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.get() < 0 || ::fsync(file.get()) != 0) return fail_errno(directory);
  return {};
}

// The server, who reads the file, may be another than the operator, who changes it as root: what is new is
// then whose the file is, or its folder where there is none.
Status give_to_owner(int file, const std::string& path) {
  if (::geteuid() != 0) return {};
  struct stat about {};
  const std::string directory = std::filesystem::absolute(path).parent_path();
  if (::stat(path.c_str(), &about) != 0 && ::stat(directory.c_str(), &about) != 0)
    return fail_errno(directory);
  if (::fchown(file, about.st_uid, about.st_gid) != 0) return fail_errno(path);
  return {};
}

// Who else may read it stays as it was.
Status keep_mode(int file, const std::string& path) {
  constexpr mode_t kOwner = 0600;
  constexpr mode_t kMost = 0644;
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return {};
  if (::fchmod(file, (about.st_mode & kMost) | kOwner) != 0) return fail_errno(path);
  return {};
}

// The old text or the new one at any moment.
Status replace_text(const std::string& path, std::string_view text) {
  const std::string fresh = path + ".new";
  if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) return fail_errno(fresh);
  const OwnedFd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return fail_errno(fresh);
  PENSTOCK_TRY(give_to_owner(file.get(), path));
  PENSTOCK_TRY(keep_mode(file.get(), path));
  PENSTOCK_TRY(write_all(file.get(), text, fresh));
  if (::rename(fresh.c_str(), path.c_str()) != 0) return fail_errno(path);
  return sync_directory_of(path);
}

// Held, it keeps other processes, and other threads, from changing the file.
Result<OwnedFd> lock_changes(const std::string& path) {
  const std::string lock_path = path + ".lock";
  OwnedFd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock.get() < 0) return fail_errno(lock_path);
  PENSTOCK_TRY(give_to_owner(lock.get(), path));
  while (::flock(lock.get(), LOCK_EX) != 0)
    if (errno != EINTR) return fail_errno(lock_path);
  return lock;
}

}  // namespace

Result<std::unique_ptr<AccessFile>> AccessFile::open(std::string path, Report report) {
  std::unique_ptr<AccessFile> file(new AccessFile(std::move(path), std::move(report)));
  PENSTOCK_TRY(file->reload());
  return file;
}

AccessFile::Stamp AccessFile::look() const {
  struct stat about {};
  if (::stat(path_.c_str(), &about) != 0) return {};
  return {true, nanoseconds(about.st_mtim), nanoseconds(about.st_ctim), static_cast<uint64_t>(about.st_size),
          about.st_ino};
}

Status AccessFile::reload_locked() {
  looked_at_ = std::chrono::steady_clock::now();
  // Before it is read: what changes meanwhile is seen at the next look.
  stamp_ = look();
  // Times of files advance in steps: a second change within one would look like none.
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  if (nanoseconds(now) - stamp_.modified_ns < kUnsettledNs) stamp_.modified_ns = -1;
  PENSTOCK_TRY_ASSIGN(AccessList list, read_access_list(path_));
  list_ = std::make_shared<const AccessList>(std::move(list));
  return {};
}

Status AccessFile::reload() {
  const std::lock_guard lock(mutex_);
  return reload_locked();
}

std::shared_ptr<const AccessList> AccessFile::list() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_at_ < kLookInterval) return list_;
  looked_at_ = now;
  if (look() == stamp_) return list_;
  const Status read = reload_locked();
  if (!read && report_) report_(read.error());
  return list_;
}

Result<AccessList> read_access_list(const std::string& path) {
  PENSTOCK_TRY_ASSIGN(const std::optional<std::string> text, read_text(path));
  auto list = AccessList::parse(text.value_or(std::string()));
  if (!list) list.error().what = path;
  return list;
}

Result<std::string> add_token_to_file(const std::string& path, const std::string& name, const Rights& rights,
                                      std::optional<int64_t> expires) {
  PENSTOCK_TRY_ASSIGN(const OwnedFd lock, lock_changes(path));
  PENSTOCK_TRY_ASSIGN(AccessList list, read_access_list(path));
  PENSTOCK_TRY_ASSIGN(std::string token, make_access_token());
  PENSTOCK_TRY(list.add_token({name, token_digest(token), rights, expires}));
  PENSTOCK_TRY(replace_text(path, list.text()));
  return token;
}

Status remove_token_from_file(const std::string& path, const std::string& name) {
  PENSTOCK_TRY_ASSIGN(const OwnedFd lock, lock_changes(path));
  PENSTOCK_TRY_ASSIGN(AccessList list, read_access_list(path));
  if (!list.remove_token(name))
    return fail(Errc::absent, "'" + printable(name) + "'", "is no token of " + path,
                "see penstock token list");
  return replace_text(path, list.text());
}

}  // namespace penstock
