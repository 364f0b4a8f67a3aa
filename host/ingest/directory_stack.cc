// SPDX-License-Identifier: Apache-2.0
#include "ingest/directory_stack.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "ingest/open_for_reading.h"

namespace penstock {

std::string DirectoryStack::path_of(const char* entry) const {
  return path_.ends_with('/') ? path_ + entry : path_ + "/" + entry;
}

DirectoryStack::Listed DirectoryStack::next() {
  Level& level = levels_.back();
  if (level.next == level.names.size()) return {};
  const size_t index = level.next++;
  return {level.names.name(index), level.names.type(index)};
}

int DirectoryStack::push(OwnedFd fd, std::string name, std::string path,
                         const std::optional<std::vector<std::string>>& only) {
  Level level;
  struct stat status;
  if (fstat(fd.get(), &status) != 0) return errno;
  if (only) {
    level.names.set(*only);
  } else if (const int error_number = level.names.read(fd.get()); error_number != 0) {
    return error_number;
  }
  level.name = std::move(name);
  level.path_bytes = path.size();
  level.device = status.st_dev;
  level.inode = status.st_ino;
  level.fd = std::move(fd);
  levels_.push_back(std::move(level));
  path_ = std::move(path);
  if (levels_.size() > kOpenMax + 1) levels_[levels_.size() - 1 - kOpenMax].fd.close();
  return 0;
}

void DirectoryStack::pop() {
  const Level child = std::move(levels_.back());
  levels_.pop_back();
  if (levels_.empty()) return;
  Level& level = levels_.back();
  path_.resize(level.path_bytes);
  if (!level.fd && child.fd) level.fd = open_level(child.fd.get(), "..", level);
}

int DirectoryStack::fd() {
  Level& level = levels_.back();
  if (!level.fd && !level.lost) {
    level.fd = open_from_outermost(levels_.size() - 1);
    level.lost = !level.fd;
  }
  return level.fd.get();
}

bool DirectoryStack::is_level(int fd, const Level& level) {
  struct stat status;
  return fstat(fd, &status) == 0 && status.st_dev == level.device && status.st_ino == level.inode;
}

OwnedFd DirectoryStack::open_level(int parent_fd, const char* name, const Level& level) {
  // Its names are known by now.
  OwnedFd fd = open_for_searching(parent_fd, name, O_NOFOLLOW);
  if (!fd || !is_level(fd.get(), level)) return {};
  return fd;
}

OwnedFd DirectoryStack::open_from_outermost(size_t index) const {
  OwnedFd fd;
  for (size_t i = 1; i <= index; ++i) {
    fd = open_level(i == 1 ? levels_[0].fd.get() : fd.get(), levels_[i].name.c_str(), levels_[i]);
    if (!fd) break;
  }
  return fd;
}

}  // namespace penstock
