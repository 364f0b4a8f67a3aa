// SPDX-License-Identifier: Apache-2.0
#include "ingest/directory_listing.h"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ingest/owned_fd.h"

namespace penstock {
namespace {

bool is_dot_or_dot_dot(const char* name) {
  return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0;
}

}  // namespace

int DirectoryListing::read(int directory_fd) {
  names_.clear();
  offsets_.clear();
  OwnedFd duplicate(fcntl(directory_fd, F_DUPFD_CLOEXEC, 0));  // closedir closes its descriptor
  if (!duplicate) return errno;
  DIR* const directory = fdopendir(duplicate.get());
  if (directory == nullptr) return errno;
  duplicate.release();
  rewinddir(directory);  // duplicates share one position

  int error_number = 0;
  for (;;) {
    errno = 0;
    const dirent* const entry = readdir(directory);
    if (entry == nullptr) {
      error_number = errno;
      break;
    }
    if (is_dot_or_dot_dot(entry->d_name)) continue;
    names_.push_back(static_cast<char>(entry->d_type));
    offsets_.push_back(names_.size());
    names_.append(entry->d_name, std::strlen(entry->d_name) + 1);
  }
  closedir(directory);
  std::sort(offsets_.begin(), offsets_.end(), [this](size_t a, size_t b) {
    return std::strcmp(names_.data() + a, names_.data() + b) < 0;  // compares as unsigned char
  });
  return error_number;
}

void DirectoryListing::set(const std::vector<std::string>& names) {
  names_.clear();
  offsets_.clear();
  for (const std::string& name : names) {
    names_.push_back(static_cast<char>(DT_UNKNOWN));
    offsets_.push_back(names_.size());
    names_.append(name.c_str(), name.size() + 1);
  }
}

}  // namespace penstock
