// SPDX-License-Identifier: Apache-2.0
#include "ingest/tree_entry_stream.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "ingest/file_source.h"
#include "ingest/listed_file.h"
#include "ingest/open_for_reading.h"
#include "ingest/read_fault.h"

namespace penstock {
namespace {

Entry unreadable(Entry entry, std::string why, std::string remedy) {
  entry.kind = Entry::Kind::unreadable;
  entry.error = Error{Errc::partial, entry.path, std::move(why), std::move(remedy)};
  return entry;
}

Result<Entry> unreadable(Entry entry, int error_number) {
  Error fault = read_fault(entry.path, error_number);
  if (fault.code != Errc::partial) return Failure(std::move(fault));
  entry.kind = Entry::Kind::unreadable;
  entry.error = std::move(fault);
  return entry;
}

const char* special_kind(mode_t mode) {
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISBLK(mode)) return "a block device";
  if (S_ISCHR(mode)) return "a character device";
  return "of an unknown kind";
}

}  // namespace

Result<std::optional<Entry>> TreeEntryStream::next() {
  bool at_end = false;
  while (true) {
    auto entry = step(at_end);
    if (!entry || *entry || at_end) return entry;
  }
}

Result<std::optional<Entry>> TreeEntryStream::step_top() {
  const TopLevelPath& top = tops_[next_top_++];
  Entry entry;
  entry.name = top.name;
  entry.path = top.path;
  if (!metadata_) return visit(std::move(entry), AT_FDCWD, top.path.c_str(), top.follow);
  PENSTOCK_TRY(choice_.begin(top));
  return meet(std::move(entry), AT_FDCWD, top.path.c_str(), top.follow);
}

Result<std::optional<Entry>> TreeEntryStream::step(bool& at_end) {
  if (directories_.empty()) {
    at_end = next_top_ == tops_.size();
    if (at_end) return std::optional<Entry>();
    return step_top();
  }
  Entry entry;
  const DirectoryStack::Listed listed = directories_.next();
  if (listed.name == nullptr) {
    entry.kind = Entry::Kind::directory_end;
    entry.name = directories_.name();
    entry.path = directories_.path();
    directories_.pop();
    if (metadata_) choice_.leave();
    return std::optional<Entry>(std::move(entry));
  }
  entry.name = listed.name;
  entry.path = directories_.path_of(listed.name);
  const int directory_fd = directories_.fd();
  if (directory_fd < 0)
    return unreadable(std::move(entry), "its directory was moved or replaced while it was read", kRaceRemedy);
  if (metadata_) return meet(std::move(entry), directory_fd, listed.name, false);
  return visit_listed(std::move(entry), directory_fd, listed.type);
}

// Goes by what the directory said, which spares a look at each entry; where it does not hold, looks.
Result<Entry> TreeEntryStream::visit_listed(Entry entry, int directory_fd, unsigned type) {
  const std::string name = entry.name;
  Result<Entry> met = [&]() -> Result<Entry> {
    switch (type) {
      case DT_REG:
        return visit_file(std::move(entry), directory_fd, name.c_str(), O_NOFOLLOW);
      case DT_DIR:
        return visit_directory(std::move(entry), directory_fd, name.c_str(), O_NOFOLLOW);
      case DT_LNK:
        return visit_symlink(std::move(entry), directory_fd, name.c_str());
      default:
        return visit(std::move(entry), directory_fd, name.c_str(), false);
    }
  }();
  if (!met || met->kind != Entry::Kind::unreadable) return met;
  Entry again{.name = std::move(met->name), .path = std::move(met->path)};
  return visit(std::move(again), directory_fd, name.c_str(), false);
}

Result<Entry> TreeEntryStream::visit(Entry entry, int directory_fd, const char* name, bool follow) {
  struct stat status;
  if (fstatat(directory_fd, name, &status, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0)
    return unreadable(std::move(entry), errno);
  const int flags = follow ? 0 : O_NOFOLLOW;
  switch (status.st_mode & S_IFMT) {
    case S_IFREG:
      return visit_file(std::move(entry), directory_fd, name, flags);
    case S_IFDIR:
      return visit_directory(std::move(entry), directory_fd, name, flags);
    case S_IFLNK:
      return visit_symlink(std::move(entry), directory_fd, name);
    default:
      return unreadable(
          std::move(entry), std::string("is ") + special_kind(status.st_mode) + ": not stored",
          "only files, directories and symlinks are; for what it has to say: penstock put - <PATH");
  }
}

Result<Entry> TreeEntryStream::visit_file(Entry entry, int directory_fd, const char* name, int flags) {
  OwnedFd fd = open_for_reading(directory_fd, name, flags);
  if (!fd) return unreadable(std::move(entry), errno);
  Result<std::unique_ptr<FileSource>> source = FileSource::take(std::move(fd), entry.path);
  if (!source) return unreadable(std::move(entry), source.error().why, source.error().remedy);
  entry.kind = Entry::Kind::file;
  entry.size_hint = (*source)->size_at_open();
  entry.source = std::move(*source);
  return entry;
}

Result<Entry> TreeEntryStream::visit_directory(Entry entry, int directory_fd, const char* name, int flags) {
  OwnedFd fd = open_for_reading(directory_fd, name, flags | O_DIRECTORY);
  if (!fd) return unreadable(std::move(entry), errno);
  if (const int error_number = directories_.push(std::move(fd), entry.name, entry.path); error_number != 0)
    return unreadable(std::move(entry), error_number);
  entry.kind = Entry::Kind::directory_begin;
  return entry;
}

Result<Entry> TreeEntryStream::visit_symlink(Entry entry, int directory_fd, const char* name) {
  std::string target(256, '\0');
  for (;;) {
    const ssize_t bytes = readlinkat(directory_fd, name, target.data(), target.size());
    // EINVAL: it is no longer a symlink.
    if (bytes < 0) return unreadable(std::move(entry), errno == EINVAL ? ELOOP : errno);
    if (static_cast<size_t>(bytes) < target.size()) {
      target.resize(static_cast<size_t>(bytes));
      break;
    }
    target.resize(2 * target.size());
  }
  entry.kind = Entry::Kind::symlink;
  entry.target = std::move(target);
  return entry;
}

Result<std::optional<Entry>> TreeEntryStream::meet(Entry entry, int directory_fd, const char* name,
                                                   bool follow) {
  if (!choice_.takes(entry.path)) return std::optional<Entry>();
  const timespec before = settle_->now();
  FileStatus status;
  if (const int error_number = look_at(directory_fd, name, follow, status); error_number != 0)
    return out_of_reach(std::move(entry), error_number);
  if (!choice_.takes(entry.path, status)) return std::optional<Entry>();
  if (!S_ISDIR(status.mode) && choice_.is_way(entry.path))
    return unreadable(std::move(entry), "is no directory any more: what was chosen below it is not stored",
                      kRaceRemedy);
  const uint64_t magic = fs_magic(status.device, directory_fd, name, follow);
  status.settled = settle_->settled(status.mtime, status.ctime, magic, before);
  entry.status = status;
  switch (status.mode & S_IFMT) {
    case S_IFREG:
      entry.kind = Entry::Kind::file;
      entry.size_hint = status.size;
      entry.found = std::make_unique<ListedFile>(
          ListedFile::Place{directory_fd, name, entry.path, follow, magic}, *settle_);
      return entry;
    case S_IFDIR:
      return meet_directory(std::move(entry), directory_fd, name, follow);
    case S_IFLNK:
      return meet_other(std::move(entry), directory_fd, name);
    case S_IFIFO:
    case S_IFSOCK:
    case S_IFCHR:
    case S_IFBLK:
      entry.kind = Entry::Kind::special;
      return meet_other(std::move(entry), directory_fd, name);
    default:
      return unreadable(std::move(entry), "is of an unknown kind: not stored", "leave it out");
  }
}

Result<Entry> TreeEntryStream::out_of_reach(Entry entry, int error_number) {
  Result<Entry> told = unreadable(std::move(entry), error_number);
  if (!told || !choice_.is_way(told->path)) return told;
  const size_t count = choice_.count_below(told->path);
  told->error.why += ": nor is what was chosen below it stored, " + std::to_string(count) +
                     (count == 1 ? " path" : " paths");
  return told;
}

// A way need not be read.
OwnedFd TreeEntryStream::open_met_directory(const std::string& path, int directory_fd, const char* name,
                                            bool follow, bool& searched_only) const {
  const int flags = follow ? 0 : O_NOFOLLOW;
  OwnedFd fd = open_for_reading(directory_fd, name, flags | O_DIRECTORY);
  searched_only = !fd && errno == EACCES && choice_.is_way(path);
  if (!searched_only) return fd;
  return open_for_searching(directory_fd, name, flags);
}

Result<Entry> TreeEntryStream::meet_directory(Entry entry, int directory_fd, const char* name, bool follow) {
  const std::string given = name;
  bool searched_only = false;
  OwnedFd fd = open_met_directory(entry.path, directory_fd, given.c_str(), follow, searched_only);
  if (!fd) return out_of_reach(std::move(entry), errno);
  // Of the directory that is read, should another have taken the name meanwhile.
  struct stat opened;
  if (fstat(fd.get(), &opened) != 0) return out_of_reach(std::move(entry), errno);
  const FileStatus looked = *entry.status;
  entry.status = file_status(opened);
  entry.status->mount_root = looked.mount_root;
  entry.status->settled = looked.settled && looked.inode == entry.status->inode &&
                          looked.ctime.tv_sec == opened.st_ctim.tv_sec &&
                          looked.ctime.tv_nsec == opened.st_ctim.tv_nsec;
  const int xattr_error =
      searched_only ? read_xattrs_at(fd.get(), ".", entry.xattrs) : read_xattrs(fd.get(), entry.xattrs);
  if (xattr_error != 0) entry.xattr_fault = errno_text(xattr_error);
  const auto only = choice_.names_in(entry.path, *entry.status, fd.get());
  if (const int error_number = directories_.push(std::move(fd), entry.name, entry.path, only);
      error_number != 0)
    return out_of_reach(std::move(entry), error_number);
  choice_.enter();
  entry.kind = Entry::Kind::directory_begin;
  return entry;
}

// Symlinks and what is neither file nor directory.
Result<Entry> TreeEntryStream::meet_other(Entry entry, int directory_fd, const char* name) {
  int error_number = read_xattrs_at(directory_fd, name, entry.xattrs);
  // Where /proc is not mounted there is the path.
  if (error_number == ENOENT) error_number = read_xattrs_at(AT_FDCWD, entry.path, entry.xattrs);
  if (error_number != 0) {
    if (error_number == ENOENT) return unreadable(std::move(entry), error_number);
    entry.xattr_fault = errno_text(error_number);
  }
  if (entry.kind == Entry::Kind::special) return entry;
  return visit_symlink(std::move(entry), directory_fd, name);
}

// 0 where it cannot be told.
uint64_t TreeEntryStream::fs_magic(uint64_t device, int directory_fd, const char* name, bool follow) {
  const auto [known, is_new] = magic_by_device_.emplace(device, 0);
  if (!is_new) return known->second;
  const OwnedFd fd(openat(directory_fd, name, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW)));
  struct statfs file_system {};
  if (fd && fstatfs(fd.get(), &file_system) == 0) known->second = static_cast<uint64_t>(file_system.f_type);
  return known->second;
}

}  // namespace penstock
