// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tree_maker.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <utility>

#include "base/check.h"
#include "dag/directory_reader.h"
#include "pipeline/tree_removal.h"

namespace penstock {
namespace {

// What an entry counts for --max-size beside its name and content: about what it costs a file system.
constexpr uint64_t kEntryBytes = 256;

uint32_t mode_type_of(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::file:
      return kModeFile;
    case ObjectKind::directory:
      return kModeDirectory;
    case ObjectKind::symlink:
      return kModeSymlink;
    case ObjectKind::commit:
    case ObjectKind::dag_cbor:
      break;
  }
  return 0;
}

}  // namespace

TreeMaker::TreeMaker(Restoration& restoration, int root, RestoreSelection& selection,
                     const AttributeWriter& attributes, RefusalTally& refused, TreeRestoreReport& report)
    : restoration_(&restoration),
      root_(root),
      selection_(&selection),
      attributes_(&attributes),
      refused_(&refused),
      report_(&report) {}

void TreeMaker::look_at(int target, Overwrite overwrite) {
  target_ = target;
  overwrite_ = overwrite;
}

Status TreeMaker::fill_root(const TreeEntry& entry) {
  RestoredDirectory root(root_);
  ++report_->restored.directories;
  return fill(root, entry, 0, target_);
}

Status TreeMaker::make_alone(TreeEntry entry, const std::string& name) {
  RestoredDirectory root(root_);
  PENSTOCK_TRY(restoration_->course().charge(kEntryBytes + name.size(), entry.name));
  std::optional<ObjectInfo> info;
  PENSTOCK_TRY_ASSIGN(const uint32_t type, settle_kind(entry, "", info));
  if (type == 0) return {};
  PENSTOCK_TRY(fetch_metadata(entry, entry.name));
  return make_leaf(root, std::move(entry), name, "", std::move(info));
}

Status TreeMaker::fill(RestoredDirectory& into, const TreeEntry& entry, size_t depth, int standing) {
  const std::string& path = into.path();
  const auto report = [&](const Error& error) { restoration_->course().note(path, error); };
  if (depth > kDirectoryDepthMax)
    return left_out(path, {Errc::corrupt, entry.name, "directories are nested deeper than 1024", {}});
  auto cursor = TreeCursor::open(restoration_->source(), entry.directory(), report);
  if (!cursor) return left_out(path, cursor.error());
  while (true) {
    auto next = cursor->next();
    if (!next && is_damage(next.error())) report(next.error());
    if (!next) return is_damage(next.error()) ? Status() : Status(Failure(next.error()));
    if (!*next) return {};
    PENSTOCK_TRY(make(into, std::move(**next), depth, standing));
  }
}

// The type of an entry, by its content where it has any. 0: its block is damaged, which has been reported, or
// is none that an entry can have.
Result<uint32_t> TreeMaker::settle_kind(TreeEntry& entry, const std::string& path,
                                        std::optional<ObjectInfo>& info) {
  uint32_t type = kModeFile;
  if (!entry.content) {
    type = entry.meta->mode & kModeType;
  } else if (entry.content->codec != Multicodec::raw) {
    Result<ObjectInfo> inspected = inspect(restoration_->source(), *entry.content);
    if (!inspected) {
      PENSTOCK_TRY(left_out(path, inspected.error()));
      return 0;
    }
    info = std::move(*inspected);
    type = mode_type_of(info->kind);
    if (type == 0)
      PENSTOCK_TRY(left_out(
          path, {Errc::corrupt, entry.content->text(), "is none of a file, directory or symlink", {}}));
  }
  if (type != 0 && entry.meta && (entry.meta->mode & kModeType) != type) {
    restoration_->course().note(
        path, {Errc::corrupt, "metadata", "says that it is of another kind than its content", {}});
    entry.meta.reset();
    entry.list.reset();
  }
  return type;
}

// One entry of the directory `into`.
Status TreeMaker::make(RestoredDirectory& into, TreeEntry entry, size_t depth, int standing) {
  std::string path = into.path().empty() ? entry.name : into.path() + "/" + entry.name;
  const bool taken = selection_->takes(path);
  if (!taken && !selection_->may_take_below(path)) return {};
  PENSTOCK_TRY(restoration_->course().charge(kEntryBytes + entry.name.size(), path));
  std::optional<ObjectInfo> info;
  PENSTOCK_TRY_ASSIGN(const uint32_t type, settle_kind(entry, path, info));
  if (type == 0) return {};
  if (type != kModeDirectory && !taken) return {};
  report_->takes_any = report_->takes_any || taken;
  if (!entry.content && !makes_specials_) {
    ++report_->specials_left_out;
    return {};
  }
  PENSTOCK_TRY(fetch_metadata(entry, path));
  const Standing kind =
      look_at_standing(standing, entry.name, type, entry.meta ? &*entry.meta : nullptr, overwrite_);
  if (kind != Standing::absent) {
    if (resumed_) PENSTOCK_TRY(clear(into, entry.name, path));
    return kind == Standing::mount_point ? leave_mount_point(entry, path, type)
                                         : keep(kind, entry, path, standing);
  }
  if (type != kModeDirectory) {
    const std::string name = entry.name;
    return make_leaf(into, std::move(entry), name, std::move(path), std::move(info));
  }
  RestoredDirectory directory(into, entry.name, std::move(path), entry.meta || private_, resumed_);
  if (entry.name.size() > NAME_MAX) return not_made(directory.path(), ENAMETOOLONG);
  const Descriptor below = enter_standing(standing, entry.name);
  if (below.number() >= 0)
    directory.carry_mode(entry.meta ? mode_until_restored(below.number(), *entry.meta, attributes_->owners())
                                    : 0777);
  if (taken) PENSTOCK_TRY(directory.make());
  PENSTOCK_TRY(fill(directory, entry, depth + 1, below.number()));
  if (directory.made()) ++report_->restored.directories;
  return {};
}

Status TreeMaker::keep(Standing kind, const TreeEntry& entry, const std::string& path, int standing) {
  if (kind == Standing::in_the_way) {
    ++report_->in_the_way;
    restoration_->course().tell(path,
                                {Errc::partial, "entry", "something of another kind stands in its place",
                                 "remove that, or use --overwrite always"});
    return {};
  }
  ++report_->kept;
  if (kind != Standing::keep_data || !entry.meta) return {};
  return attributes_->apply_at(standing, entry.name, *entry.meta, path, false);
}

// What is mounted there is none of the restore's. Whoever walks the tree after this leaves it out as well.
Status TreeMaker::leave_mount_point(const TreeEntry& entry, const std::string& path, uint32_t type) {
  bool full = type != kModeDirectory;
  if (!full) {
    PENSTOCK_TRY_ASSIGN(full, selection_->takes_any_below(restoration_->source(), entry.directory(), path));
  }
  selection_->leave_out(path);
  LeftEntries* left = full ? full_mounts_ : bare_mounts_;
  if (left != nullptr)
    left->add(path, {Errc::partial, "mount point", "another file system is mounted there",
                     "leave it out with --exclude /" + path + ", or restore that part by itself, into it"});
  return {};
}

// A file, a symlink or a special file, `name` in the directory `into`.
Status TreeMaker::make_leaf(RestoredDirectory& into, TreeEntry entry, const std::string& name,
                            std::string path, std::optional<ObjectInfo> info) {
  if (name.size() > NAME_MAX) return not_made(path, ENAMETOOLONG);
  PENSTOCK_TRY_ASSIGN(const int parent, into.make());
  if (entry.meta && selection_->link_source(*entry.meta, path)) {
    ++report_->hard_links;  // made when the first name is whole
    return {};
  }
  if (resumed_) {
    PENSTOCK_TRY_ASSIGN(const bool whole, is_whole(parent, entry, name, path));
    if (whole) return {};
  }
  if (!entry.content) return make_special(parent, *entry.meta, name, path);
  if (info && info->kind == ObjectKind::symlink) return make_symlink(parent, entry, name, path, info->target);
  std::unique_ptr<MetaEntry> meta;
  if (entry.meta) meta = std::make_unique<MetaEntry>(std::move(*entry.meta));
  ++report_->restored.files;
  if ((meta || !private_) && entry.content->codec == Multicodec::raw && !path.empty() &&
      path.size() < PATH_MAX)
    return restoration_->restore_leaf_file(root_, std::move(path), *entry.content, entry.dag_bytes,
                                           std::move(meta));
  return make_file(parent, entry, name, path, std::move(meta));
}

// A file gets its time last, and while it was being written its time was that of its last change. Whatever
// else is found makes room.
Result<bool> TreeMaker::is_whole(int parent, const TreeEntry& entry, const std::string& name,
                                 const std::string& path) {
  struct stat status {};
  if (fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? Result<bool>(false) : fail_errno(path);
  const bool being_written =
      status.st_mtim.tv_sec == status.st_ctim.tv_sec && status.st_mtim.tv_nsec == status.st_ctim.tv_nsec;
  if (entry.meta && !being_written && same_size_and_time(status, *entry.meta)) {
    PENSTOCK_TRY(restoration_->course().charge(entry.meta->size, path));
    ++report_->restored.files;
    ++report_->resumed;
    // What was refused then is to be told now.
    PENSTOCK_TRY(attributes_->apply_at(parent, name, *entry.meta, path, true));
    return true;
  }
  PENSTOCK_TRY(remove_tree(parent, name, path, [](const std::string&) { return true; }));
  return false;
}

// What an earlier restore made, and is not to be restored any more.
Status TreeMaker::clear(RestoredDirectory& into, const std::string& name, const std::string& path) {
  PENSTOCK_TRY_ASSIGN(const int parent, into.make());
  return remove_tree(parent, name, path, [](const std::string&) { return true; });
}

Status TreeMaker::make_file(int parent, const TreeEntry& entry, const std::string& name,
                            const std::string& path, std::unique_ptr<MetaEntry> meta) {
  PENSTOCK_TRY_ASSIGN(Descriptor output, open_beneath(parent, name, O_WRONLY | O_CREAT | O_EXCL,
                                                      meta || private_ ? 0600 : 0666, path));
  auto file = std::make_unique<RestoredFile>();
  file->descriptor = output.release();
  file->path = path;
  file->meta = std::move(meta);
  return restoration_->restore_file(std::move(file), *entry.content, std::nullopt);
}

Status TreeMaker::make_symlink(int parent, const TreeEntry& entry, const std::string& name,
                               const std::string& path, const std::string& target) {
  if (symlinkat(target.c_str(), parent, name.c_str()) != 0) return not_made(path, errno);
  ++report_->restored.symlinks;
  return entry.meta ? attributes_->apply_at(parent, name, *entry.meta, path, true) : Status();
}

Status TreeMaker::make_special(int parent, const MetaEntry& meta, const std::string& name,
                               const std::string& path) {
  const DeviceNumber number = meta.device.value_or(DeviceNumber{});
  const mode_t type = meta.mode & kModeType;
  if (mknodat(parent, name.c_str(), type | 0600, makedev(number.major, number.minor)) != 0) {
    if (errno != EPERM && errno != EOPNOTSUPP && errno != EINVAL) return not_made(path, errno);
    refused_->add(Refused::special, path, errno);
    return {};
  }
  ++report_->specials;
  return attributes_->apply_at(parent, name, meta, path, true);
}

// Values of attributes that are damaged cost these alone.
Status TreeMaker::fetch_metadata(TreeEntry& entry, const std::string& path) {
  if (!entry.meta) return {};
  Status fetched = fetch_xattr_values(restoration_->source(), *entry.meta);
  if (fetched) return {};
  if (!is_damage(fetched.error())) return fetched;
  restoration_->course().note(path, fetched.error());
  std::erase_if(entry.meta->xattrs,
                [](const Xattr& xattr) { return std::holds_alternative<Cid>(xattr.value); });
  return {};
}

// Damage costs an entry; anything else ends the restore.
Status TreeMaker::left_out(const std::string& path, Error error) {
  if (!is_damage(error)) return Failure(std::move(error));
  error.code = Errc::corrupt;
  restoration_->course().report(path, error);
  return {};
}

// A name or target that the file system here does not take costs that entry alone.
Status TreeMaker::not_made(const std::string& path, int error) {
  if (error != ENAMETOOLONG && error != EINVAL && error != EILSEQ)
    return fail_errno(path, error, "see that there are room and rights, and restore again");
  restoration_->course().report(path,
                                {Errc::corrupt, "entry", "the file system refuses it: " + errno_text(error),
                                 "restore it alone, as COMMIT/PATH with -o"});
  return {};
}

}  // namespace penstock
