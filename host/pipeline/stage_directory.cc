// SPDX-License-Identifier: Apache-2.0
#include "pipeline/stage_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <memory>
#include <utility>

#include "base/bytes.h"
#include "hash/sha256.h"
#include "pipeline/tree_removal.h"

namespace penstock {
namespace {

constexpr const char* kPrefix = ".penstock-partial-";
constexpr const char* kBoot = "boot";      // its mark
constexpr const char* kMoving = "moving";  // what note_moving noted
constexpr const char* kLock = "lock";      // made first and removed last; whoever has it locked has the stage
constexpr std::string_view kNames[] = {"boot", "boot.new", RestoreStage::kContent,
                                       kLock,  "moving",   "moving.new"};
// Removed last, in this order: should that be interrupted, whoever goes on knows that all was in its place.
constexpr const char* kLast[] = {kMoving, kBoot, kLock};
constexpr size_t kNameDigits = 16;
constexpr int kTakeTries = 100;
constexpr int kLockTries = 3;
constexpr unsigned kLockWaitMicroseconds = 20'000;

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

// Of one without a mark: it was just made, or is almost removed.
Result<bool> is_bare(int directory, const std::string& path) {
  PENSTOCK_TRY_ASSIGN(const auto names, names_in_directory(directory, path));
  struct stat lock {};
  return fstatat(directory, kLock, &lock, AT_SYMLINK_NOFOLLOW) == 0 && lock.st_size == 0 &&
         std::ranges::all_of(names,
                             [](const std::string& name) { return name == kLock || name == "boot.new"; });
}

bool everything(const std::string&) {
  return true;
}

}  // namespace

StageDirectory::StageDirectory(StageDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      directory_(std::move(other.directory_)),
      lock_(std::move(other.lock_)),
      mark_(std::move(other.mark_)),
      found_(other.found_),
      stale_(other.stale_),
      moving_(std::move(other.moving_)) {}

StageDirectory& StageDirectory::operator=(StageDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(directory_, other.directory_);
  std::swap(lock_, other.lock_);
  std::swap(mark_, other.mark_);
  std::swap(found_, other.found_);
  std::swap(stale_, other.stale_);
  std::swap(moving_, other.moving_);
  return *this;
}

StageDirectory::~StageDirectory() {
  if (!path_.empty() && !found_ && !stale_) (void)remove();
}

std::string_view StageDirectory::name() const {
  return std::string_view(path_).substr(path_.rfind('/') + 1);
}

Result<StageDirectory> StageDirectory::create(const std::string& parent, std::string_view key,
                                              const std::string& target) {
  if (key.empty()) return create_unnamed(parent);
  StageDirectory stage;
  const std::string digest = sha256(as_bytes(key)).hex();
  PENSTOCK_TRY_ASSIGN(bool ours, stage.take(parent + "/" + kPrefix + digest.substr(0, kNameDigits)));
  if (ours) {
    PENSTOCK_TRY_ASSIGN(ours, stage.begin(StageMark::of(stage.number(), digest, target)));
  }
  if (ours) return stage;
  stage.keep();
  return create_unnamed(parent);
}

Result<StageDirectory> StageDirectory::create_unnamed(const std::string& parent) {
  StageDirectory stage;
  std::string pattern = parent + "/" + kPrefix + "XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) return fail_errno(parent);
  stage.path_ = pattern;
  stage.directory_ = Descriptor(open(pattern.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (stage.number() < 0) return fail_errno(pattern);
  (void)flock(stage.number(), LOCK_EX | LOCK_NB);  // for others() alone
  return stage;
}

// Makes or finds the directory and locks it. False: something of that name is not ours, which anybody could
// have put there.
Result<bool> StageDirectory::take(const std::string& path) {
  for (int tries = 0; tries < kTakeTries; ++tries) {
    const bool made = mkdir(path.c_str(), 0700) == 0;
    if (!made && errno != EEXIST) return fail_errno(path);
    Descriptor opened(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (opened.number() < 0 && errno == ENOENT) continue;
    struct stat held {};
    if (opened.number() < 0 || fstat(opened.number(), &held) != 0 || held.st_uid != geteuid() ||
        (held.st_mode & 077) != 0) {
      if (made) (void)rmdir(path.c_str());  // a server may make it another user's
      return false;
    }
    PENSTOCK_TRY_ASSIGN(const bool fit, is_stage(opened.number(), path));
    if (!fit) return false;
    // A file that is open for writing can be locked over NFS too.
    Descriptor lock(
        openat(opened.number(), kLock, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
    if (lock.number() < 0 && errno == ENOENT) continue;
    if (lock.number() < 0) return fail_errno(path);
    if (flock(lock.number(), LOCK_EX | LOCK_NB) != 0) {
      // Whoever looks for stages that are left locks them for a moment.
      if (errno == EWOULDBLOCK && tries < kLockTries && usleep(kLockWaitMicroseconds) == 0) continue;
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

// False: it is of another key, or no stage, or was begun elsewhere: then it stays as it is.
Result<bool> StageDirectory::begin(StageMark mark) {
  mark_ = std::move(mark);
  const auto text = read_text(number(), kBoot);
  if (!text) {
    PENSTOCK_TRY_ASSIGN(const bool bare, is_bare(number(), path_));
    if (bare) PENSTOCK_TRY(begin_anew());
    return bare;
  }
  const auto before = StageMark::parse(*text);
  if (!before || before->key != mark_.key) return false;
  if (before->boot == mark_.boot && mark_.is_elsewhere(*before)) return false;
  moving_ = read_text(number(), kMoving);
  found_ = mark_.continues(*before) && keeps_unsynced_writes(number());
  stale_ = !found_;
  // What could not be written behind a restore's back is told once (fsync(2)).
  if (!found_ || syncfs(number()) == 0) return true;
  const int error = errno;
  PENSTOCK_TRY(begin_anew());
  return fail_errno(path_, error,
                    "what an earlier restore had written there was lost, and was removed: see that the "
                    "disk is sound, and restore again");
}

Status StageDirectory::begin_anew() {
  found_ = stale_ = false;
  moving_.reset();
  PENSTOCK_TRY_ASSIGN(const auto names, names_in_directory(number(), path_));
  for (const std::string& name : names)
    if (name != kLock && name != kBoot) PENSTOCK_TRY(remove_tree(number(), name, path_, everything));
  (void)fremovexattr(number(), "system.posix_acl_default");  // it is handed down otherwise
  return write_text(number(), kBoot, mark_.text(), path_);
}

std::vector<StageDirectory::Idle> StageDirectory::others() const {
  std::vector<Idle> idle;
  const std::string parent = path_.substr(0, path_.rfind('/'));
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(opendir(parent.c_str()), closedir);
  while (const dirent* entry = stream ? readdir(stream.get()) : nullptr) {
    const std::string found = entry->d_name;
    if (!found.starts_with(kPrefix) || found == name()) continue;
    std::string path = parent;
    path.append("/").append(found);
    const Descriptor directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat held {};
    if (directory.number() < 0 || fstat(directory.number(), &held) != 0 || held.st_uid != geteuid()) continue;
    const Descriptor lock(openat(directory.number(), kLock, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    const int locked = lock.number() >= 0 ? lock.number() : directory.number();
    if (flock(locked, LOCK_SH | LOCK_NB) != 0) continue;
    const auto mark = StageMark::parse(read_text(directory.number(), kBoot).value_or(""));
    // One that is being made or removed has nothing in it that could be gone on with.
    const auto inside = names_in_directory(directory.number(), path);
    if (!mark && (!inside || std::ranges::all_of(*inside, [](const std::string& n) { return n == kLock; })))
      continue;
    const bool elsewhere = mark && StageMark::of(directory.number(), {}, {}).is_elsewhere(*mark);
    idle.push_back({std::move(path), mark ? mark->target : "", elsewhere});
  }
  std::ranges::sort(idle, {}, &Idle::path);
  return idle;
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
  const auto is_last = [](const std::string& name) {
    return std::ranges::find(kLast, name) != std::end(kLast);
  };
  for (const std::string& name : names)
    if (!is_last(name)) PENSTOCK_TRY(remove_tree(number(), name, path, everything));
  for (const char* name : kLast)
    if (unlinkat(number(), name, 0) != 0 && errno != ENOENT) return fail_errno(path);
  // Another restore may have taken it by now.
  return rmdir(path.c_str()) == 0 || errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST
             ? Status()
             : Status(fail_errno(path));
}

}  // namespace penstock
