// SPDX-License-Identifier: Apache-2.0
#include "appliance/full_disk.h"

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include "base/size_text.h"
#include "store/store_paths.h"

namespace penstock {

Error say_what_may_go(Error error, const std::string& directory) {
  const bool full = error.why == errno_text(ENOSPC) || error.why == errno_text(EDQUOT);
  if (!full || !error.what.starts_with(directory)) return error;
  const std::string spare = StorePaths{directory}.set_aside();
  uint64_t bytes = 0;
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(spare, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const uint64_t size = entry->file_size(failed);
    if (!failed) bytes += size;
    failed.clear();
  }
  if (bytes > 0)
    error.remedy +=
        "; what is in " + spare + " (" + human_size(bytes) + ") belongs to no commit and may be deleted";
  return error;
}

}  // namespace penstock
