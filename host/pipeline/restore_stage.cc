// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restore_stage.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "pipeline/stage_directory.h"
#include "pipeline/tree_removal.h"
#include "pipeline/writable_directory.h"

namespace penstock {
namespace {

std::string parent_of(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

std::string without_trailing_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// The path without symlinks, the same whether something stands there or not.
std::string place_of(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path name = std::filesystem::path(path).filename();
  const bool is_name = !name.empty() && name != "." && name != "..";
  const auto place = std::filesystem::canonical(is_name ? parent_of(path) : path, failed);
  if (failed) return path;  // which making the stage will tell
  return is_name ? (place / name).string() : place.string();
}

// Whether a rename can lead from one of two directories to the other.
bool on_one_mount(const std::string& one, const std::string& other) {
  struct statx a {};
  struct statx b {};
  constexpr unsigned kMask = STATX_MNT_ID | STATX_INO;
  if (statx(AT_FDCWD, one.c_str(), AT_SYMLINK_NOFOLLOW, kMask, &a) != 0) return false;
  if (statx(AT_FDCWD, other.c_str(), 0, kMask, &b) != 0) return false;
  const bool same_device = a.stx_dev_major == b.stx_dev_major && a.stx_dev_minor == b.stx_dev_minor;
  const bool knows_mounts = (a.stx_mask & b.stx_mask & STATX_MNT_ID) != 0;
  // The top of all is its own parent.
  return same_device && a.stx_ino != b.stx_ino && (!knows_mounts || a.stx_mnt_id == b.stx_mnt_id);
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

int Descriptor::release() {
  return std::exchange(number_, -1);
}

Result<Descriptor> open_beneath(int directory, const std::string& name, int flags, unsigned mode,
                                const std::string& path, uint64_t resolve) {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  how.mode = mode;
  how.resolve = resolve | RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const long number = syscall(SYS_openat2, directory, name.c_str(), &how, sizeof how);
  if (number < 0) return fail_errno(path, errno, "see that there are room and rights, and restore again");
  return Descriptor(static_cast<int>(number));
}

RestoreStage::RestoreStage(std::string path, bool for_directory, bool over)
    : path_(std::move(path)), for_directory_(for_directory), over_(over) {}

RestoreStage::RestoreStage(RestoreStage&&) noexcept = default;
RestoreStage::~RestoreStage() = default;

const std::string& RestoreStage::path() const {
  return stage_->path();
}

std::string RestoreStage::identity(int directory) {
  struct statx status {};
  if (statx(directory, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &status) != 0) return {};
  std::string text = std::to_string(status.stx_dev_major) + ":" + std::to_string(status.stx_dev_minor) + " " +
                     std::to_string(status.stx_ino);
  if ((status.stx_mask & STATX_BTIME) != 0)
    text += " " + std::to_string(status.stx_btime.tv_sec) + "." + std::to_string(status.stx_btime.tv_nsec);
  return text;
}

// Somebody may have put another directory there since.
void RestoreStage::look_at_merge() {
  const std::optional<std::string>& noted = stage_->moving();
  if (!noted || !stage_->found() || !target_stands_) return;
  const Descriptor target(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  const size_t end = noted->find('\0');
  if (target.number() < 0 || end == std::string::npos || end == 0) return;
  if (noted->substr(0, end) == identity(target.number())) merge_begun_ = noted->substr(end + 1);
}

std::string RestoreStage::name_in_target() const {
  return inside_ ? std::string(stage_->name()) : std::string();
}

bool RestoreStage::can_be_found() const {
  return stage_->can_be_found();
}

void RestoreStage::keep() {
  stage_->keep();
}

std::vector<std::string> RestoreStage::others() const {
  std::vector<std::string> texts;
  for (const StageDirectory::Idle& idle : stage_->others())
    texts.push_back(idle.path + (idle.target.empty() ? "" : ", to " + idle.target) +
                    (idle.elsewhere ? ", by another mount" : ""));
  return texts;
}

Result<RestoreStage> RestoreStage::create(const std::string& path, bool for_directory, bool over,
                                          const std::string& key) {
  RestoreStage stage(without_trailing_slashes(path), for_directory, over);
  PENSTOCK_TRY_ASSIGN(stage.target_stands_, look_at_target(stage.path_, for_directory, over));
  PENSTOCK_TRY(stage.make(key));
  stage.look_at_merge();
  if (stage.target_stands_ && !over && !stage.merge_begun()) PENSTOCK_TRY(stage.look_for_others());
  // Of part of a file nothing can be made.
  if (stage.stage_->stale() || (stage.stage_->found() && !for_directory))
    PENSTOCK_TRY(stage.stage_->begin_anew());
  if (!for_directory) {
    stage.directory_ = Descriptor(fcntl(stage.stage_->number(), F_DUPFD_CLOEXEC, 0));
    return stage;
  }
  PENSTOCK_TRY_ASSIGN(stage.directory_, stage.stage_->enter(kContent));
  stage.resumed_ = stage.stage_->found();
  return stage;
}

// In the target, which is to be empty.
Status RestoreStage::look_for_others() {
  const Descriptor target(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (target.number() < 0) return fail_errno(path_);
  Status empty = check_empty(target.number(), path_, name_in_target());
  if (!empty && stage_->stale() && stage_->moving())
    return fail(Errc::failed, path_,
                "is a directory that is not empty: an earlier restore had begun to move entries there, and "
                "what was left of it may not have reached the disk",
                "--overwrite if-changed goes on with it; or choose another path with -o");
  return empty;
}

Result<bool> RestoreStage::look_at_target(const std::string& given, bool for_directory, bool over) {
  const std::string path = without_trailing_slashes(given);
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 && errno != ENOENT) return fail_errno(path);
  if (lstat(path.c_str(), &status) != 0) {
    if (lstat(parent_of(path).c_str(), &status) == 0) return false;
    return fail(Errc::failed, path, "is in a directory that is not there",
                "make it first: mkdir -p " + parent_of(path));
  }
  if (!for_directory && S_ISDIR(status.st_mode) && over)
    return fail(Errc::failed, path, "is a directory", "choose another path with -o");
  if (!for_directory && !over)
    return fail(Errc::failed, path, "exists already", "choose another path with -o, or use --overwrite");
  struct stat meant {};
  if (for_directory && S_ISLNK(status.st_mode) && stat(path.c_str(), &meant) == 0 && S_ISDIR(meant.st_mode))
    return fail(Errc::failed, path, "is a symlink to a directory",
                "give that directory itself: -o " + place_of(path + "/."));
  if (for_directory && !S_ISDIR(status.st_mode))
    return fail(Errc::failed, path, "exists and is not a directory", "choose another path with -o");
  return for_directory;
}

// Beside the target, whose own time then stays what it is given. What is on a mount of its own cannot be
// reached from there by a rename.
Status RestoreStage::make(const std::string& key) {
  const std::string beside = target_stands_ ? path_ + "/.." : parent_of(path_);
  const std::string place = place_of(path_);
  const std::string whole_key = key.empty() ? key : key + place;
  inside_ = target_stands_ && !on_one_mount(path_, beside);
  auto made = StageDirectory::create(inside_ ? path_ : beside, whole_key, place);
  if (!made && target_stands_ && !inside_ && access(beside.c_str(), W_OK) != 0) {
    inside_ = true;
    made = StageDirectory::create(path_, whole_key, place);
  }
  if (!made) return Failure(std::move(made).error());
  stage_ = std::make_unique<StageDirectory>(std::move(*made));
  return {};
}

Status RestoreStage::check_empty(int target, const std::string& path, const std::string& but) {
  PENSTOCK_TRY_ASSIGN(const auto names, names_in_directory(target, path));
  for (const std::string& name : names)
    if (name != but)
      return fail(Errc::failed, path, "is a directory that is not empty",
                  "choose another path with -o, or use --overwrite");
  return {};
}

Status RestoreStage::promote(const Finish& finish) {
  if (target_stands_) {
    PENSTOCK_TRY(promote_entries());
    PENSTOCK_TRY(stage_->remove());
    if (!finish) return {};
    const Descriptor target(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    return target.number() < 0 ? Status(fail_errno(path_)) : finish(target.number());
  }
  const mode_t mask = umask(0);
  umask(mask);
  if (for_directory_ && fchmod(directory(), 0777 & ~mask) != 0) return fail_errno(path_);
  if (for_directory_ && finish) PENSTOCK_TRY(finish(directory()));
  if (for_directory_) PENSTOCK_TRY(stage_->note_moving(identity(directory()) + '\0'));
  // Whoever goes on where this is interrupted finds that it was promoted.
  // A directory that moves to another is written to.
  std::optional<WritableDirectory> writable;
  if (for_directory_) writable.emplace(directory());
  if (renameat2(stage_->number(), kContent, AT_FDCWD, path_.c_str(), over_ ? 0 : RENAME_NOREPLACE) != 0)
    return fail_errno(path_);
  writable.reset();
  return stage_->remove();
}

Status RestoreStage::merge_into(const std::string& plan, const Merge& merge, const Finish& finish) {
  const Descriptor target(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (target.number() < 0) return fail_errno(path_);
  PENSTOCK_TRY(stage_->note_moving(identity(target.number()) + '\0' + plan));
  PENSTOCK_TRY(merge());
  PENSTOCK_TRY(finish(target.number()));
  if (!inside_) return stage_->remove();
  struct stat finished {};
  if (fstat(target.number(), &finished) != 0) return fail_errno(path_);
  {
    const WritableDirectory writable(target.number());
    PENSTOCK_TRY(stage_->remove());
  }
  const timespec times[2] = {{0, UTIME_OMIT}, finished.st_mtim};
  (void)futimens(target.number(), times);  // not ours, then nor is its time
  return {};
}

Status RestoreStage::promote_entries() {
  PENSTOCK_TRY_ASSIGN(const auto names, names_in_directory(directory(), path_));
  for (const std::string& name : names)
    if (renameat2(directory(), name.c_str(), AT_FDCWD, (path_ + "/" + name).c_str(), RENAME_NOREPLACE) != 0)
      return fail_errno(path_ + "/" + name);
  return {};
}

}  // namespace penstock
