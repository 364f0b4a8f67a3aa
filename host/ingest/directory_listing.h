// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace penstock {

// The names in a directory but '.' and '..', in ascending byte order, and what the directory says they are.
// Large directories are the one thing in a walk whose memory grows, so a name costs its bytes, its type's one
// and an offset.
class DirectoryListing {
 public:
  // Replaces the listing by that of `directory_fd`, which stays the caller's. Returns 0 or the error number.
  int read(int directory_fd);
  // By these names, which are in ascending order.
  void set(const std::vector<std::string>& names);

  size_t size() const { return offsets_.size(); }
  const char* name(size_t index) const { return names_.data() + offsets_[index]; }
  // DT_REG, DT_DIR, …; DT_UNKNOWN where the file system does not tell (readdir(3)).
  uint8_t type(size_t index) const { return static_cast<uint8_t>(names_[offsets_[index] - 1]); }

 private:
  std::string names_;  // each behind its type, and with its NUL
  std::vector<size_t> offsets_;
};

}  // namespace penstock
