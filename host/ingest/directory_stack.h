// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ingest/directory_listing.h"
#include "ingest/owned_fd.h"

namespace penstock {

// The directories that a walk is in, from the outermost to the current one, each with the names still to be
// visited. However deep it is, only the outermost and the kOpenMax innermost are open; one that was closed is
// opened again when the walk comes back to it: through its child's '..', or else by name from the outermost
// on without following symlinks, and only if it is the directory that it was (device and inode). One thread.
class DirectoryStack {
 public:
  static constexpr size_t kOpenMax = 16;

  bool empty() const { return levels_.empty(); }
  // Of the current directory: its name, its path for messages, and the path of an entry.
  const std::string& name() const { return levels_.back().name; }
  const std::string& path() const { return path_; }
  std::string path_of(const char* entry) const;

  // The next name in the current directory, which moves on, and what it was when the directory was read; null
  // behind the last one.
  struct Listed {
    const char* name = nullptr;
    uint8_t type = 0;  // DirectoryListing::type
  };
  Listed next();
  // Descriptor of the current directory; -1 if it could not be opened again. Valid until the next push or
  // pop.
  int fd();

  // Enters a directory; `path` is its whole path. Returns 0 or the error number that keeps it from being
  // read. `only`: these names in it, ascending, whether they are there or not.
  int push(OwnedFd fd, std::string name, std::string path,
           const std::optional<std::vector<std::string>>& only = std::nullopt);
  void pop();

 private:
  struct Level {
    std::string name;
    size_t path_bytes = 0;
    dev_t device = 0;
    ino_t inode = 0;
    DirectoryListing names;
    size_t next = 0;
    OwnedFd fd;
    bool lost = false;  // could not be opened again
  };

  static bool is_level(int fd, const Level& level);
  static OwnedFd open_level(int parent_fd, const char* name, const Level& level);
  OwnedFd open_from_outermost(size_t index) const;

  std::vector<Level> levels_;
  std::string path_;
};

}  // namespace penstock
