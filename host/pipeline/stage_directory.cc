// SPDX-License-Identifier: Apache-2.0
#include "pipeline/stage_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <utility>

#include "base/bytes.h"
#include "hash/sha256.h"
#include "pipeline/tree_removal.h"

namespace penstock {
namespace {

constexpr const char* kPrefix = ".penstock-partial-";
constexpr const char* kBoot = "boot";      // the start of the machine that it was begun in
constexpr const char* kMoving = "moving";  // what note_moving noted
constexpr const char* kLock = "lock";      // made first and removed last; whoever has it locked has the stage
constexpr std::string_view kNames[] = {"boot", "boot.new", RestoreStage::kContent,
                                       kLock,  "moving",   "moving.new"};
constexpr size_t kNameDigits = 16;
constexpr int kTakeTries = 100;

// What the file `name` holds; nothing where it cannot be read.
std::optional<std::string> read_text(int directory, const char* name) {
  const Descriptor file(openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (file.number() < 0) return std::nullopt;
  std::string text;
  std::array<char, 4096> part{};
  while (true) {
    const ssize_t bytes = read(file.number(), part.data(), part.size());
    if (bytes < 0) return std::nullopt;
    if (bytes == 0) return text;
    text.append(part.data(), static_cast<size_t>(bytes));
  }
}

// Under another name first, so that a file of that name is whole.
Status write_text(int directory, const std::string& name, std::string_view text, const std::string& path) {
  const std::string fresh = name + ".new";
  const Descriptor file(
      openat(directory, fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.number() < 0) return fail_errno(path);
  while (!text.empty()) {
    const ssize_t bytes = write(file.number(), text.data(), text.size());
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return fail_errno(path);
    text.remove_prefix(static_cast<size_t>(bytes));
  }
  if (renameat(directory, fresh.c_str(), directory, name.c_str()) != 0) return fail_errno(path);
  return {};
}

// random(4); empty where the kernel does not say.
std::string boot_id() {
  return read_text(AT_FDCWD, "/proc/sys/kernel/random/boot_id").value_or("");
}

// Whether `name` in `directory` is what `held` is.
bool is_named(int directory, const char* name, int held) {
  struct stat named {};
  struct stat open {};
  return fstatat(directory, name, &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(held, &open) == 0 &&
         named.st_ino == open.st_ino && named.st_dev == open.st_dev;
}

// Whether it is empty, or has a stage's lock and nothing that a stage has not. Who may write around it could
// have given that name to any directory.
Result<bool> is_stage(int directory, const std::string& path) {
  PENSTOCK_TRY_ASSIGN(const auto names, names_in_directory(directory, path));
  const auto known = [](const std::string& name) {
    return std::ranges::find(kNames, name) != std::end(kNames);
  };
  return names.empty() || (std::ranges::all_of(names, known) && std::ranges::binary_search(names, kLock));
}

bool everything(const std::string&) {
  return true;
}

}  // namespace

StageDirectory::StageDirectory(StageDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      directory_(std::move(other.directory_)),
      lock_(std::move(other.lock_)),
      found_(other.found_),
      moving_(std::move(other.moving_)) {}

StageDirectory& StageDirectory::operator=(StageDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(directory_, other.directory_);
  std::swap(lock_, other.lock_);
  std::swap(found_, other.found_);
  std::swap(moving_, other.moving_);
  return *this;
}

StageDirectory::~StageDirectory() {
  if (!path_.empty()) (void)remove();
}

std::string_view StageDirectory::name() const {
  return std::string_view(path_).substr(path_.rfind('/') + 1);
}

Result<StageDirectory> StageDirectory::create(const std::string& parent, std::string_view key) {
  if (key.empty()) return create_unnamed(parent);
  StageDirectory stage;
  const std::string path = parent + "/" + kPrefix + sha256(as_bytes(key)).hex().substr(0, kNameDigits);
  PENSTOCK_TRY_ASSIGN(const bool ours, stage.take(path));
  if (!ours) return create_unnamed(parent);
  PENSTOCK_TRY(stage.begin());
  return stage;
}

Result<StageDirectory> StageDirectory::create_unnamed(const std::string& parent) {
  StageDirectory stage;
  std::string pattern = parent + "/" + kPrefix + "XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) return fail_errno(parent);
  stage.path_ = pattern;
  stage.directory_ = Descriptor(open(pattern.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (stage.number() < 0) return fail_errno(pattern);
  return stage;
}

// Makes or finds the directory and locks it. False: something of that name is not ours, which anybody could
// have put there.
Result<bool> StageDirectory::take(const std::string& path) {
  for (int tries = 0; tries < kTakeTries; ++tries) {
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno(path);
    Descriptor opened(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (opened.number() < 0 && errno == ENOENT) continue;
    struct stat held {};
    if (opened.number() < 0 || fstat(opened.number(), &held) != 0 || held.st_uid != geteuid() ||
        (held.st_mode & 077) != 0)
      return false;
    PENSTOCK_TRY_ASSIGN(const bool fit, is_stage(opened.number(), path));
    if (!fit) return false;
    // A file that is open for writing can be locked over NFS too.
    Descriptor lock(
        openat(opened.number(), kLock, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
    if (lock.number() < 0 && errno == ENOENT) continue;
    if (lock.number() < 0) return fail_errno(path);
    if (flock(lock.number(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK)
        return fail(Errc::failed, path, "another process restores the same to the same place",
                    "wait until it has ended");
      // Two restores would write over each other's files.
      (void)unlinkat(opened.number(), kLock, 0);
      (void)rmdir(path.c_str());
      return false;
    }
    // They may have been removed by whoever had the lock.
    if (!is_named(AT_FDCWD, path.c_str(), opened.number()) ||
        !is_named(opened.number(), kLock, lock.number()))
      continue;
    lock_ = std::move(lock);
    path_ = path;
    directory_ = std::move(opened);
    return true;
  }
  return fail(Errc::failed, path, "comes and goes", "restore again when nothing else restores there");
}

Status StageDirectory::begin() {
  const std::string boot = boot_id();
  const auto before = read_text(number(), kBoot);
  found_ = before && !boot.empty() && *before == boot;
  if (found_) {
    moving_ = read_text(number(), kMoving);
    return {};
  }
  PENSTOCK_TRY_ASSIGN(const auto names, names_in_directory(number(), path_));
  for (const std::string& name : names)
    if (name != kLock) PENSTOCK_TRY(remove_tree(number(), name, path_, everything));
  (void)fremovexattr(number(), "system.posix_acl_default");  // it is handed down otherwise
  return write_text(number(), kBoot, boot, path_);
}

Result<Descriptor> StageDirectory::enter(const char* name) {
  if (mkdirat(number(), name, 0700) != 0 && errno != EEXIST) return fail_errno(path_);
  Descriptor inside(openat(number(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (inside.number() < 0 || fchmod(inside.number(), 0700) != 0) return fail_errno(path_);
  (void)fremovexattr(inside.number(), "system.posix_acl_default");
  return inside;
}

Status StageDirectory::note_moving(std::string_view text) {
  return write_text(number(), kMoving, text, path_);
}

Status StageDirectory::remove() {
  const std::string path = std::exchange(path_, {});
  PENSTOCK_TRY_ASSIGN(const auto names, names_in_directory(number(), path));
  // Without a word of when it was begun nobody goes on with what is left, should this be interrupted.
  if (unlinkat(number(), kBoot, 0) != 0 && errno != ENOENT) return fail_errno(path);
  for (const std::string& name : names)
    if (name != kLock) PENSTOCK_TRY(remove_tree(number(), name, path, everything));
  if (unlinkat(number(), kLock, 0) != 0 && errno != ENOENT) return fail_errno(path);
  // Another restore may have taken it by now.
  return rmdir(path.c_str()) == 0 || errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST
             ? Status()
             : Status(fail_errno(path));
}

}  // namespace penstock
