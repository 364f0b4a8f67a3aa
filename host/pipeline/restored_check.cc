// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restored_check.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "dag/directory_reader.h"
#include "pipeline/attribute_writer.h"
#include "pipeline/restore_course.h"
#include "pipeline/restore_stage.h"
#include "pipeline/standing_entries.h"

namespace penstock {
namespace {

constexpr size_t kFilesPerTask = 64;
constexpr uint64_t kBytesPerTask = uint64_t{8} << 20;

}  // namespace

RestoredCheck::RestoredCheck(Store& store, BlockSource& tree, RestoreSelection& selection,
                             const RestoredMetadata& metadata, const RefusalTally& refused,
                             const RestoredCheckOptions& options)
    : tree_(&tree),
      selection_(&selection),
      metadata_(&metadata),
      refused_(&refused),
      options_(&options),
      here_(tree, metadata),
      queue_(2 * options.threads) {
  for (unsigned i = 0; i < options.threads; ++i) readers_.push_back(store.new_reader());
  for (const auto& reader : readers_) workers_.emplace_back([this, source = reader.get()] { run(*source); });
}

RestoredCheck::~RestoredCheck() {
  queue_.stop();
  workers_.clear();
}

void RestoredCheck::run(BlockSource& source) {
  RestoredFileCheck check(source, *metadata_);
  while (const std::optional<Files> files = queue_.pop()) {
    for (const RestoredFileEntry& file : *files) {
      const auto difference = check.check(root_, file.path, file);
      const Status told = difference ? tell(file.path, *difference) : Status(Failure(difference.error()));
      if (!told) return (void)stop(told.error());
    }
  }
}

Status RestoredCheck::stop(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = error;
  queue_.stop();
  return Failure(*failure_);
}

Status RestoredCheck::tell(const std::string& path, const RestoredDifference& difference) {
  if (difference.wrong.empty()) {
    if (!difference.not_restorable.empty()) ++not_restorable_;
    return {};
  }
  ++differences_;
  const std::lock_guard lock(mutex_);
  options_->differs(path, {Errc::corrupt, "entry", difference.wrong,
                           "see that the disk is sound and nothing else writes there, and restore again"});
  return {};
}

Status RestoredCheck::flush() {
  if (files_.empty() || queue_.push(std::exchange(files_, {}))) return {};
  const std::lock_guard lock(mutex_);
  return Failure(failure_.value_or(Error{Errc::failed, "verify", "was stopped", {}}));
}

Status RestoredCheck::check(int directory, const std::string& name, const TreeEntry& entry) {
  const Descriptor top = enter_standing(directory, name);
  root_ = top.number();
  PENSTOCK_TRY(check_entry({directory, name, ""}, entry, 0));
  PENSTOCK_TRY(flush());
  queue_.close();
  workers_.clear();
  const std::lock_guard lock(mutex_);
  return failure_ ? Status(Failure(*failure_)) : Status();
}

// What is damaged in the store has been named when it was restored.
Status RestoredCheck::check_directory(int directory, const std::string& path, const TreeDirectory& tree,
                                      size_t depth) {
  if (depth > kDirectoryDepthMax) return {};
  auto cursor = TreeCursor::open(*tree_, tree, [](const Error&) {});
  if (!cursor) return is_damage(cursor.error()) ? Status() : Status(Failure(cursor.error()));
  while (true) {
    auto next = cursor->next();
    if (!next) return is_damage(next.error()) ? Status() : Status(Failure(next.error()));
    if (!*next) return {};
    const std::string name = (*next)->name;
    std::string below = path;
    if (!below.empty()) below += '/';
    below += name;
    if (!selection_->takes(below) && !selection_->may_take_below(below)) continue;
    PENSTOCK_TRY(check_entry({directory, name, below}, std::move(**next), depth));
  }
}

Status RestoredCheck::check_entry(const Place& place, TreeEntry entry, size_t depth) {
  ObjectInfo info;
  if (entry.content && entry.content->codec != Multicodec::raw) {
    Result<ObjectInfo> inspected = inspect(*tree_, *entry.content);
    if (!inspected) return is_damage(inspected.error()) ? Status() : Status(Failure(inspected.error()));
    info = std::move(*inspected);
  }
  const bool is_directory = entry.content && info.kind == ObjectKind::directory;
  if (entry.meta) {
    // Metadata of another kind was not believed; values that are damaged were left out.
    const uint32_t type = entry.meta->mode & kModeType;
    const bool fits = !entry.content || (type == kModeDirectory) == is_directory;
    Status fetched = fits ? fetch_xattr_values(*tree_, *entry.meta) : Status();
    if (!fetched && !is_damage(fetched.error())) return fetched;
    if (!fits || !fetched) entry.meta.reset();
  }
  const bool taken = place.path.empty() || selection_->takes(place.path);
  if (is_directory) return check_subdirectory(place, entry, taken, depth);
  if (!taken || (!entry.content && !options_->specials)) return {};
  ++entries_checked_;
  if (entry.meta) {
    const auto linked = is_linked(place, *entry.meta);
    if (linked && *linked) return {};  // it is compared by its first name
    if (linked && refused_->refused(Refused::special, *selection_->link_source(*entry.meta, place.path)))
      return tell(place.path, {{}, "special file"});
    // The first could not be made, and then nor could this.
    const auto first = entry.content ? std::nullopt : selection_->link_source(*entry.meta, place.path);
    if (first && refused_->refused(Refused::special, *first)) return tell(place.path, {{}, "special file"});
    if (linked) return tell(place.path, {"is not one file with the names that it should be one with", {}});
  }
  if (entry.content && info.kind == ObjectKind::file) return check_file(place, std::move(entry));
  return check_other(place, entry, info);
}

// Whether a further name leads to what its first does; nothing where it is none.
std::optional<bool> RestoredCheck::is_linked(const Place& place, const MetaEntry& meta) {
  const auto first = selection_->link_source(meta, place.path);
  if (!first) return std::nullopt;
  const size_t slash = first->rfind('/');
  const Descriptor above = enter_standing(root_, slash == std::string::npos ? "." : first->substr(0, slash));
  const std::string name = first->substr(slash == std::string::npos ? 0 : slash + 1);
  struct stat one {};
  struct stat other {};
  return above.number() >= 0 && fstatat(above.number(), name.c_str(), &one, AT_SYMLINK_NOFOLLOW) == 0 &&
         fstatat(place.directory, place.name.c_str(), &other, AT_SYMLINK_NOFOLLOW) == 0 &&
         one.st_ino == other.st_ino && one.st_dev == other.st_dev;
}

Status RestoredCheck::check_file(const Place& place, TreeEntry entry) {
  RestoredFileEntry file{place.path, *entry.content, std::move(entry.meta)};
  if (root_ >= 0 && place.path.size() < PATH_MAX) {
    const bool large = entry.dag_bytes >= kBytesPerTask;
    files_.push_back(std::move(file));
    return large || files_.size() >= kFilesPerTask ? flush() : Status();
  }
  PENSTOCK_TRY_ASSIGN(const RestoredDifference difference, here_.check(place.directory, place.name, file));
  return tell(place.path, difference);
}

Status RestoredCheck::check_subdirectory(const Place& place, const TreeEntry& entry, bool taken,
                                         size_t depth) {
  struct stat status {};
  if (!taken && fstatat(place.directory, place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
  const auto inside = open_beneath(place.directory, place.name, O_RDONLY | O_DIRECTORY, 0, place.path);
  if (!inside) return tell(place.path, {"is no directory that can be read: " + inside.error().why, {}});
  if (entry.meta && taken) {
    if (fstat(inside->number(), &status) != 0) return fail_errno(place.path);
    PENSTOCK_TRY_ASSIGN(const MetadataDifference found,
                        metadata_->compare(inside->number(), false, status, *entry.meta,
                                           place.path.empty() ? entry.name : place.path));
    RestoredDifference difference{found.wrong, found.not_restorable};
    if (!found.wrong.empty()) difference.wrong = "has not the metadata that it should have: " + found.wrong;
    PENSTOCK_TRY(tell(place.path, difference));
  }
  return check_directory(inside->number(), place.path, entry.directory(), depth + 1);
}

// A symlink or a special file.
Status RestoredCheck::check_other(const Place& place, const TreeEntry& entry, const ObjectInfo& info) {
  const Descriptor held(openat(place.directory, place.name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  const bool there = held.number() >= 0 && fstat(held.number(), &status) == 0;
  if (!there && refused_->refused(Refused::special, place.path))
    return tell(place.path, {{}, "special file"});
  if (!there) return tell(place.path, {"is not there", {}});
  const uint32_t wanted = entry.content ? kModeSymlink : entry.meta->mode & kModeType;
  if ((status.st_mode & kModeType) != wanted) return tell(place.path, {"is of another kind", {}});
  if (entry.content) {
    std::string target(info.target.size() + 1, '\0');
    const ssize_t bytes = readlinkat(held.number(), "", target.data(), target.size());
    if (bytes < 0 || target.substr(0, static_cast<size_t>(bytes)) != info.target)
      return tell(place.path, {"is not the symlink that it should be", {}});
  }
  if (!entry.meta) return {};
  PENSTOCK_TRY_ASSIGN(const MetadataDifference found,
                      metadata_->compare(held.number(), true, status, *entry.meta, place.path));
  RestoredDifference difference{found.wrong, found.not_restorable};
  if (!found.wrong.empty()) difference.wrong = "has not the metadata that it should have: " + found.wrong;
  return tell(place.path, difference);
}

}  // namespace penstock
