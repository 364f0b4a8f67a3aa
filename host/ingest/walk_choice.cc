// SPDX-License-Identifier: Apache-2.0
#include "ingest/walk_choice.h"

#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace penstock {

Status WalkChoice::begin(const TopLevelPath& top) {
  if (only_ == nullptr && (filter_ == nullptr || !filter_->rules().has_patterns())) return {};
  top_bytes_ = top.path.size();
  top_absolute_ = absolute_path(top);
  if (top_absolute_.empty())
    return fail(Errc::failed, top.path, "it cannot be told where that is, so no pattern can be matched",
                "give its absolute path");
  return {};
}

// The top's own, and behind it what the walk has added.
std::string WalkChoice::absolute(const std::string& path) const {
  if (path.size() <= top_bytes_) return top_absolute_;
  const size_t rest = path[top_bytes_] == '/' ? top_bytes_ + 1 : top_bytes_;
  return (top_absolute_ == "/" ? top_absolute_ : top_absolute_ + "/") + path.substr(rest);
}

bool WalkChoice::takes(const std::string& path) {
  if (filter_ == nullptr || !filter_->rules().has_patterns()) return true;
  const auto rule = filter_->against_path(absolute(path));
  if (rule) filter_->leave_out(path, *rule);
  return !rule;
}

bool WalkChoice::takes(const std::string& path, const FileStatus& status) {
  if (filter_ == nullptr) return true;
  auto rule = filter_->against_status(status);
  // Files that another file is mounted on. Layered file systems give files devices of their own.
  if (!rule && !S_ISDIR(status.mode) && status.mount_root && is_elsewhere(path, status))
    rule = FilterRule::file_system;
  if (rule) filter_->leave_out(path, *rule);
  return !rule;
}

bool WalkChoice::is_chosen(const std::string& path) const {
  return only_ == nullptr ? levels_.empty() : only_->contains(absolute(path));
}

bool WalkChoice::is_way(const std::string& path) const {
  if (only_ == nullptr || (!levels_.empty() && levels_.back().whole)) return false;
  return !is_chosen(path) && only_->leads_below(absolute(path));
}

// Whether it is on another file system than the directory it is in, was not named itself, and that counts. A
// directory's mark may be a mount point too.
bool WalkChoice::is_elsewhere(const std::string& path, const FileStatus& status) const {
  return filter_ != nullptr && filter_->rules().one_file_system && !levels_.empty() &&
         levels_.back().device != status.device && !is_chosen(path);
}

std::optional<std::vector<std::string>> WalkChoice::names_in(const std::string& path,
                                                             const FileStatus& status, int directory_fd) {
  const bool way = is_way(path);
  next_ = {.whole = !way, .way = way, .device = status.device};
  std::vector<std::string> names;
  if (next_.whole && is_elsewhere(path, status)) {
    next_.whole = false;
    filter_->leave_out(path, FilterRule::file_system);
  } else if (next_.whole && filter_ != nullptr) {
    const auto marks = filter_->marks_in(directory_fd);
    for (const DirectoryMark* mark : marks) names.push_back(mark->file);
    next_.whole = marks.empty();
    if (!next_.whole) filter_->leave_out(path, marks.front()->rule);
  }
  if (next_.whole) return std::nullopt;
  if (only_ != nullptr) std::ranges::move(only_->names_below(absolute(path)), std::back_inserter(names));
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void WalkChoice::enter() {
  // Deeper ones are not stored.
  constexpr size_t kDepthMax = 1023;
  if (next_.way && filter_ != nullptr && levels_.size() < kDepthMax) filter_->pass_way();
  levels_.push_back(next_);
}

}  // namespace penstock
