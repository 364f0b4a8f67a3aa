// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restored_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

namespace penstock {

Result<int> RestoredDirectory::make() {
  if (number_ >= 0) return number_;
  PENSTOCK_TRY_ASSIGN(const int above, above_->make());
  if (resumed_) PENSTOCK_TRY(clear_place(above));
  if (mkdirat(above, name_.c_str(), has_metadata_ ? 0700 : 0777) != 0 && !(resumed_ && errno == EEXIST))
    return fail_errno(path_);
  PENSTOCK_TRY_ASSIGN(directory_, open_beneath(above, name_, O_RDONLY | O_DIRECTORY, 0, path_));
  number_ = directory_.number();
  if (mode_ != 0 && fchmod(number_, mode_ | 0700) != 0) return fail_errno(path_);
  if (resumed_) (void)fremovexattr(number_, "system.posix_acl_default");  // not before all is in it
  return number_;
}

// One that had been given its own mode is entered and written to again; anything else goes.
Status RestoredDirectory::clear_place(int above) {
  struct stat status {};
  if (fstatat(above, name_.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
  if (!S_ISDIR(status.st_mode))
    return unlinkat(above, name_.c_str(), 0) == 0 ? Status() : Status(fail_errno(path_));
  if ((status.st_mode & 0700) == 0700 || fchmodat(above, name_.c_str(), 0700, 0) == 0) return {};
  return fail_errno(path_);
}

}  // namespace penstock
