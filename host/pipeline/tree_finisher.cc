// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tree_finisher.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "dag/directory_reader.h"
#include "pipeline/restore_stage.h"

namespace penstock {

TreeFinisher::TreeFinisher(BlockSource& source, const TreeEntry& top, RestoreSelection& selection,
                           const AttributeWriter& attributes, RestoreCourse& course)
    : source_(&source), top_(&top), selection_(&selection), attributes_(&attributes), course_(&course) {}

void TreeFinisher::look_at(int target, const TreeMerge& merge, Overwrite overwrite) {
  target_ = target;
  merge_ = &merge;
  overwrite_ = overwrite;
}

Status TreeFinisher::link_names(int root) {
  root_ = root;
  return walk(root, "", top_->directory(), 0, Step::link);
}

Status TreeFinisher::finish_directories(int root, Overwrite overwrite) {
  root_ = root;
  touches_all_ = overwrite != Overwrite::never;
  PENSTOCK_TRY(walk(root, "", top_->directory(), 0, Step::finish));
  if (!touches_all_) return {};
  // It may have been there, or have inherited what is not its own.
  return top_->meta ? finish_directory(root, *top_->meta, top_->name, false) : Status();
}

// What is damaged has been named when it was made.
Status TreeFinisher::walk(int directory, const std::string& path, const TreeDirectory& tree, size_t depth,
                          Step step) {
  if (depth > kDirectoryDepthMax) return {};
  auto cursor = TreeCursor::open(*source_, tree, [](const Error&) {});
  if (!cursor) return is_damage(cursor.error()) ? Status() : Status(Failure(cursor.error()));
  while (true) {
    auto next = cursor->next();
    if (!next) return is_damage(next.error()) ? Status() : Status(Failure(next.error()));
    if (!*next) return {};
    TreeEntry& entry = **next;
    const std::string below = path.empty() ? entry.name : path + "/" + entry.name;
    if (step == Step::link && entry.meta && selection_->takes(below)) {
      const auto first = selection_->link_source(*entry.meta, below);
      if (first && stays(below, entry)) continue;
      if (first) {
        PENSTOCK_TRY(link_name(directory, entry.name, below, *first, *entry.meta));
        continue;
      }
    }
    if (!entry.content || (entry.meta && !is_directory(*entry.meta))) continue;
    struct stat status {};
    const bool there = fstatat(directory, entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (!there || !S_ISDIR(status.st_mode)) continue;
    if (step == Step::finish && merge_ != nullptr && !merge_->restored(below)) continue;
    if (is_mount_point(directory, entry.name)) continue;
    PENSTOCK_TRY_ASSIGN(const Descriptor inside, open_beneath(directory, entry.name, O_RDONLY | O_DIRECTORY,
                                                              0, below, RESOLVE_NO_XDEV));
    PENSTOCK_TRY(walk(inside.number(), below, entry.directory(), depth + 1, step));
    if (step == Step::finish && entry.meta && (touches_all_ || merge_->is_new(below)))
      PENSTOCK_TRY(finish_directory(inside.number(), std::move(*entry.meta), below, merge_ == nullptr));
  }
}

// A further name in whose place something stands that is not replaced.
bool TreeFinisher::stays(const std::string& path, const TreeEntry& entry) const {
  if (target_ < 0) return false;
  const size_t slash = path.rfind('/');
  const Descriptor above = enter_standing(target_, slash == std::string::npos ? "." : path.substr(0, slash));
  return look_at_standing(above.number(), entry.name, entry.meta->mode & kModeType, &*entry.meta,
                          overwrite_) != Standing::absent;
}

// The first name may say what it likes: it is looked for below the root alone, through no symlink, and has to
// be of the kind that this one is.
Status TreeFinisher::link_name(int directory, const std::string& name, const std::string& path,
                               const std::string& first, const MetaEntry& meta) {
  const size_t slash = first.rfind('/');
  const std::string parent = slash == std::string::npos ? "." : first.substr(0, slash);
  const std::string first_name = first.substr(slash == std::string::npos ? 0 : slash + 1);
  const auto not_linked = [&](const std::string& why) {
    course_->report(path, {Errc::corrupt, "hard link", "to " + first + " " + why,
                           "restore it alone, as COMMIT/PATH with -o"});
    return Status();
  };
  struct stat status {};
  Result<Descriptor> above = Descriptor();
  bool found = false;
  for (const int root : {root_, target_}) {
    if (found || root < 0) continue;
    above = open_beneath(root, parent, O_RDONLY | O_DIRECTORY, 0, first);
    found = above && fstatat(above->number(), first_name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  }
  // A special file that may not be made has been named when it was tried.
  if (!found && !has_content(meta)) return {};
  if (!found) return not_linked("leads nowhere");
  if ((status.st_mode & kModeType) != (meta.mode & kModeType))
    return not_linked("leads to another kind of entry");
  const auto link = [&] { return linkat(above->number(), first_name.c_str(), directory, name.c_str(), 0); };
  // What an earlier restore made may lead to what was not whole.
  const bool linked =
      link() == 0 || (errno == EEXIST && unlinkat(directory, name.c_str(), 0) == 0 && link() == 0);
  if (!linked) return not_linked("could not be made: " + errno_text(errno));
  ++links_;
  return {};
}

Status TreeFinisher::finish_directory(int directory, MetaEntry meta, const std::string& path, bool fresh) {
  if (!is_directory(meta)) return {};
  Status fetched = fetch_xattr_values(*source_, meta);
  if (!fetched && !is_damage(fetched.error())) return fetched;
  if (!fetched)  // named when it was made
    std::erase_if(meta.xattrs, [](const Xattr& xattr) { return std::holds_alternative<Cid>(xattr.value); });
  return attributes_->apply(directory, meta, path, fresh);
}

}  // namespace penstock
