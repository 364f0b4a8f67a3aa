// SPDX-License-Identifier: Apache-2.0
#include "ingest/tree_entry_stream.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "ingest/file_source.h"
#include "ingest/open_for_reading.h"

namespace penstock {
namespace {

constexpr const char* kRaceRemedy = "put again when nothing else changes the tree";

Entry unreadable(Entry entry, std::string why, std::string remedy) {
  entry.kind = Entry::Kind::unreadable;
  entry.error = Error{Errc::partial, entry.path, std::move(why), std::move(remedy)};
  return entry;
}

// The process or the machine has run out of something: nothing more can be read, not just this entry.
bool concerns_all(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == ENOMEM;
}

Result<Entry> unreadable(Entry entry, int error_number) {
  if (concerns_all(error_number)) return fail_errno(entry.path, error_number);
  switch (error_number) {
    case ENOENT:
      return unreadable(std::move(entry), "vanished before it could be read", kRaceRemedy);
    case ELOOP:
    case ENOTDIR:
    case ENXIO:
      return unreadable(std::move(entry), "was replaced by something else before it could be read",
                        kRaceRemedy);
    default:
      return unreadable(std::move(entry), errno_text(error_number), errno_remedy(error_number));
  }
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
  Entry entry;
  if (directories_.empty()) {
    if (next_top_ == tops_.size()) return std::optional<Entry>();
    const TopLevelPath& top = tops_[next_top_++];
    entry.name = top.name;
    entry.path = top.path;
    return visit(std::move(entry), AT_FDCWD, top.path.c_str(), top.follow);
  }
  const DirectoryStack::Listed listed = directories_.next();
  if (listed.name == nullptr) {
    entry.kind = Entry::Kind::directory_end;
    entry.name = directories_.name();
    entry.path = directories_.path();
    directories_.pop();
    return std::optional<Entry>(std::move(entry));
  }
  entry.name = listed.name;
  entry.path = directories_.path_of(listed.name);
  const int directory_fd = directories_.fd();
  if (directory_fd < 0)
    return unreadable(std::move(entry), "its directory was moved or replaced while it was read", kRaceRemedy);
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

}  // namespace penstock
