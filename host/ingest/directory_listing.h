// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace penstock {

// The names in a directory but '.' and '..', in ascending byte order, and nothing else of them: large
// directories are the one thing in a walk whose memory grows, so a name costs its bytes and one offset.
class DirectoryListing {
 public:
  // Replaces the listing by that of `directory_fd`, which stays the caller's. Returns 0 or the error number.
  int read(int directory_fd);

  size_t size() const { return offsets_.size(); }
  const char* name(size_t index) const { return names_.data() + offsets_[index]; }

 private:
  std::string names_;  // each with its NUL
  std::vector<size_t> offsets_;
};

}  // namespace penstock
