// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

namespace penstock {

// An open directory whose entries may be changed while this lives: of one's own that is read-only the mode is
// another until then. Of others' nothing is done.
class WritableDirectory {
 public:
  explicit WritableDirectory(int directory) : directory_(directory) {
    struct stat status {};
    if (fstat(directory_, &status) != 0 || (status.st_mode & 0700) == 0700) return;
    mode_ = status.st_mode & 07777;
    changed_ = fchmod(directory_, mode_ | 0700) == 0;
  }
  ~WritableDirectory() {
    if (changed_) (void)fchmod(directory_, mode_);
  }
  WritableDirectory(const WritableDirectory&) = delete;
  WritableDirectory& operator=(const WritableDirectory&) = delete;

 private:
  int directory_;
  mode_t mode_ = 0;
  bool changed_ = false;
};

}  // namespace penstock
