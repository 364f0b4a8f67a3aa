// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "store/file_system.h"

namespace penstock {

// Makes `path`, which lies in `directory`, hold `contents`: the old ones or the new ones at any moment, the
// new ones durably on return. Through `path`.new, fsync, rename, fsync of the directory.
Status replace_file(FileSystem& files, const std::string& directory, const std::string& path, Bytes contents);

}  // namespace penstock
