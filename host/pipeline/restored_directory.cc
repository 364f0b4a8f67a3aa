// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restored_directory.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace penstock {

Result<int> RestoredDirectory::make() {
  if (number_ >= 0) return number_;
  PENSTOCK_TRY_ASSIGN(const int above, above_->make());
  if (mkdirat(above, name_.c_str(), has_metadata_ ? 0700 : 0777) != 0) return fail_errno(path_);
  PENSTOCK_TRY_ASSIGN(directory_, open_beneath(above, name_, O_RDONLY | O_DIRECTORY, 0, path_));
  number_ = directory_.number();
  return number_;
}

}  // namespace penstock
