// SPDX-License-Identifier: Apache-2.0
#include "store/replace_file.h"

namespace penstock {

Status replace_file(FileSystem& files, const std::string& directory, const std::string& path,
                    Bytes contents) {
  const std::string fresh = path + ".new";
  PENSTOCK_TRY_ASSIGN(const bool left_over, files.exists(fresh));
  if (left_over) PENSTOCK_TRY(files.remove(fresh));
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<File> file, files.create(fresh));
  PENSTOCK_TRY(file->write(0, std::span(&contents, 1)));
  PENSTOCK_TRY(file->sync());
  PENSTOCK_TRY(files.rename(fresh, path));
  return files.sync_directory(directory);
}

}  // namespace penstock
