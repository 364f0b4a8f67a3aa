// SPDX-License-Identifier: Apache-2.0
#include "pipeline/untaken_entries.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "dag/meta_list_reader.h"
#include "ingest/file_status.h"
#include "ingest/owned_fd.h"
#include "pipeline/recorded_choice.h"
#include "pipeline/standing_entries.h"

namespace penstock {
namespace {

constexpr std::string_view kAbove = "it is below such a one";

std::string joined(const std::string& directory, std::string_view name) {
  return directory.empty() ? std::string(name) : directory + "/" + std::string(name);
}

Failure cannot_tell(std::string why) {
  return fail(Errc::usage, "--delete", std::move(why),
              "leave it out, or remove all that the commit lacks with --delete-excluded");
}

}  // namespace

UntakenEntries::UntakenEntries(BlockSource* source, const CommitTree* tree, std::string path_in_tree,
                               std::string target, FilterRules rules, Told told)
    : source_(source),
      tree_(tree),
      path_in_tree_(std::move(path_in_tree)),
      target_(std::move(target)),
      filter_(std::move(rules)),
      told_(std::move(told)) {
  if (tree_ == nullptr) return;
  within_ = put_path(*tree_, path_in_tree_);
  missing_ = {tree_->meta->unread.paths.begin(), tree_->meta->unread.paths.end()};
  missing_.insert(tree_->meta->choice.store.begin(), tree_->meta->choice.store.end());
}

std::unique_ptr<UntakenEntries> UntakenEntries::stores_in(std::string target, Told told) {
  return std::unique_ptr<UntakenEntries>(
      new UntakenEntries(nullptr, nullptr, "", std::move(target), {}, std::move(told)));
}

Result<std::unique_ptr<UntakenEntries>> UntakenEntries::of(BlockSource& source, const CommitTree& tree,
                                                           std::string path_in_tree, std::string target,
                                                           Told told) {
  const MetaRoot& meta = *tree.meta;
  if (meta.choice.list)
    return cannot_tell(
        "would remove all that was not on the list (--files-from) that the commit was made of");
  if (!meta.unread.all_named())
    return cannot_tell("cannot tell what the put could not read: the commit names " +
                       std::to_string(meta.unread.paths.size()) + " of " +
                       std::to_string(meta.unread.missing) + " entries");
  auto rules = recorded_rules(meta.choice);
  if (!rules)
    return cannot_tell("cannot tell what the put left out: " + rules.error().what + ": " + rules.error().why);
  if (rules->has_patterns() && meta.from.empty())
    return cannot_tell("cannot tell what the put left out: the commit does not say where it was made of");
  std::unique_ptr<UntakenEntries> untaken(new UntakenEntries(
      &source, &tree, std::move(path_in_tree), std::move(target), *std::move(rules), std::move(told)));
  PENSTOCK_TRY(untaken->read_tops());
  return untaken;
}

Status UntakenEntries::read_tops() {
  const MetaRoot& meta = *tree_->meta;
  MetaListReader tops(*source_, meta.tops);
  for (size_t i = 0;; ++i) {
    auto top = tops.next();
    if (!top && top.error().code == Errc::failed) return Failure(top.error());
    if (!top) return cannot_tell("cannot tell what the put left out: " + top.error().message());
    if (!*top) return {};
    from_.emplace((*top)->name, i < meta.from.size() ? meta.from[i] : "");
  }
}

bool UntakenEntries::has(std::string_view path) {
  const std::string asked(path);
  const std::string_view why = reason(asked);
  if (why.empty()) return false;
  if (why == kAbove || told_of_.contains(asked)) return true;
  if (told_of_.size() < kRememberedMax) told_of_.insert(asked);
  ++count_;
  stores_ += why == kStore ? 1 : 0;
  if (told_) told_(asked, why);
  return true;
}

UntakenEntries::Directory UntakenEntries::look_at(const std::string& directory) {
  if (const auto known = directories_.find(directory); known != directories_.end()) return known->second;
  Directory found;
  found.untaken = !directory.empty() && !reason(directory).empty();
  if (!found.untaken && tree_ != nullptr) {
    found.marked = is_marked(directory);
    found.empty = filter_.rules().one_file_system && is_empty_in_commit(directory);
  }
  if (directories_.size() >= kRememberedMax) directories_.clear();
  return directories_[directory] = found;
}

// One that the commit has is data like any other.
bool UntakenEntries::is_store(const std::string& path) const {
  const OwnedFd fd(open(joined(target_, path).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  const bool may_be = fd ? looks_like_store(fd.get()) : errno != ENOENT && errno != ENOTDIR && errno != ELOOP;
  return may_be && (tree_ == nullptr || !stands_in_commit(path).value_or(false));
}

// By what stands there, or by what the commit has: that may still have to be restored. One that cannot be
// looked into may be.
bool UntakenEntries::is_marked(const std::string& directory) const {
  if (filter_.rules().marks.empty()) return false;
  const OwnedFd fd(open(joined(target_, directory).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return errno != ENOENT && errno != ENOTDIR;
  if (!filter_.marks_in(fd.get()).empty()) return true;
  return std::ranges::any_of(filter_.rules().marks, [&](const DirectoryMark& mark) {
    return stands_in_commit(joined(directory, mark.file)).value_or(true);
  });
}

// Nothing where that cannot be told.
std::optional<bool> UntakenEntries::stands_in_commit(const std::string& path) const {
  const auto entry = resolve_entry(*source_, *tree_, joined(path_in_tree_, path));
  if (entry) return true;
  if (entry.error().code != Errc::absent && entry.error().code != Errc::usage) return std::nullopt;
  return false;
}

// Where that cannot be told it may be.
bool UntakenEntries::is_empty_in_commit(const std::string& directory) const {
  const std::string path = directory.empty() ? path_in_tree_ : joined(path_in_tree_, directory);
  const auto entry = resolve_entry(*source_, *tree_, path);
  if (!entry) return entry.error().code != Errc::absent && entry.error().code != Errc::usage;
  if (!entry->content) return false;
  auto cursor = TreeCursor::open(*source_, entry->directory(), [](const Error&) {});
  if (!cursor) return true;
  const auto first = cursor->next();
  return !first || !*first;
}

std::string_view UntakenEntries::reason(const std::string& path) {
  const size_t slash = path.rfind('/');
  const Directory above = look_at(slash == std::string::npos ? "" : path.substr(0, slash));
  if (above.untaken) return kAbove;
  if (above.marked) return "the put took nothing but a mark of its directory";
  if (above.empty) return "another file system may have been mounted there, which the put left out";
  const std::string_view why = tree_ == nullptr ? std::string_view() : reason_by_itself(path);
  return why.empty() && is_store(path) ? kStore : why;
}

std::string_view UntakenEntries::reason_by_itself(const std::string& path) {
  const std::string whole = joined(within_, path);
  if (missing_.contains(whole)) return "the put could not read it, or it is the put's own store";
  const size_t slash = whole.find('/');
  const auto top = from_.find(std::string_view(whole).substr(0, slash));
  if (top == from_.end()) return "the put was not of it";
  const std::string rest = slash == std::string::npos ? "" : whole.substr(slash);
  const std::string absolute = top->second == "/" && !rest.empty() ? rest : top->second + rest;
  if (filter_.rules().has_patterns() && filter_.against_path(absolute))
    return "a pattern of the put leaves it out";
  if (!filter_.rules().bytes_max) return {};
  FileStatus status;
  const int error_number = penstock::look_at(AT_FDCWD, joined(target_, path).c_str(), false, status);
  if (error_number != 0 && error_number != ENOENT) return "it cannot be told how large it is";
  if (error_number == 0 && filter_.against_status(status)) return "the put leaves out what is so large";
  return {};
}

}  // namespace penstock
