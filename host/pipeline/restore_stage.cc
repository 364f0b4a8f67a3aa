// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restore_stage.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace penstock {
namespace {

constexpr const char* kStagePrefix = ".penstock-partial-";

std::string parent_of(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

std::string without_trailing_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// The names in a directory. failed: it cannot be read.
Result<std::vector<std::string>> names_in(const std::string& path) {
  std::vector<std::string> names;
  DIR* directory = opendir(path.c_str());
  if (directory == nullptr) return fail_errno(path);
  errno = 0;
  while (const dirent* entry = readdir(directory)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  const int error = errno;
  closedir(directory);
  if (error != 0) return fail_errno(path, error);
  return names;
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

Result<RestoreStage> RestoreStage::create(const std::string& path, bool for_directory, bool over) {
  RestoreStage stage(without_trailing_slashes(path), for_directory);
  stage.over_ = over;
  struct stat status {};
  if (lstat(stage.path_.c_str(), &status) == 0) {
    if (!for_directory && S_ISDIR(status.st_mode) && over)
      return fail(Errc::failed, path, "is a directory", "choose another path with -o");
    if (!for_directory && !over)
      return fail(Errc::failed, path, "exists already", "choose another path with -o, or use --overwrite");
    if (for_directory && !S_ISDIR(status.st_mode))
      return fail(Errc::failed, path, "exists and is not a directory", "choose another path with -o");
    if (for_directory && !over) {
      PENSTOCK_TRY_ASSIGN(const auto names, names_in(stage.path_));
      if (!names.empty())
        return fail(Errc::failed, path, "is a directory that is not empty",
                    "choose another path with -o, or use --overwrite");
    }
    stage.inside_ = for_directory;
  } else if (errno != ENOENT) {
    return fail_errno(path);
  }
  std::string pattern =
      (stage.inside_ ? stage.path_ : parent_of(stage.path_)) + "/" + kStagePrefix + "XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) return fail_errno(path);
  stage.stage_path_ = pattern;
  stage.directory_ = Descriptor(open(pattern.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (stage.directory_.number() < 0) return fail_errno(pattern);
  return stage;
}

RestoreStage::RestoreStage(RestoreStage&& other) noexcept
    : path_(std::move(other.path_)),
      for_directory_(other.for_directory_),
      over_(other.over_),
      inside_(other.inside_),
      stage_path_(std::exchange(other.stage_path_, {})),
      directory_(std::move(other.directory_)) {}

RestoreStage::~RestoreStage() {
  if (stage_path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(stage_path_, ignored);
}

Status RestoreStage::promote(const Finish& finish) {
  if (inside_) {
    PENSTOCK_TRY(promote_entries());
    if (!finish) return {};
    PENSTOCK_TRY(remove_stage());
    const Descriptor target(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    return target.number() < 0 ? Status(fail_errno(path_)) : finish(target.number());
  }
  const mode_t mask = umask(0);
  umask(mask);
  const std::string from = for_directory_ ? stage_path_ : stage_path_ + "/" + kContent;
  if (for_directory_ && fchmod(directory_.number(), 0777 & ~mask) != 0) return fail_errno(path_);
  if (for_directory_ && finish) PENSTOCK_TRY(finish(directory_.number()));
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, path_.c_str(), over_ ? 0 : RENAME_NOREPLACE) != 0)
    return fail_errno(path_);
  if (for_directory_) stage_path_.clear();
  return {};
}

// Taking it away later would change the time of the directory that it is in.
Status RestoreStage::remove_stage() {
  if (rmdir(stage_path_.c_str()) != 0) return fail_errno(stage_path_);
  stage_path_.clear();
  return {};
}

Status RestoreStage::merge_into(const Merge& merge, const Finish& finish) {
  PENSTOCK_TRY(merge());
  PENSTOCK_TRY(remove_stage());
  const Descriptor target(open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  return target.number() < 0 ? Status(fail_errno(path_)) : finish(target.number());
}

Status RestoreStage::promote_entries() {
  PENSTOCK_TRY_ASSIGN(const auto names, names_in(stage_path_));
  for (const std::string& name : names)
    if (renameat2(directory_.number(), name.c_str(), AT_FDCWD, (path_ + "/" + name).c_str(),
                  RENAME_NOREPLACE) != 0)
      return fail_errno(path_ + "/" + name);
  return {};
}

}  // namespace penstock
