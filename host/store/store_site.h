// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "store/access.h"
#include "store/file_system.h"
#include "store/store_options.h"
#include "store/store_paths.h"

namespace penstock {

// Which store is opened, where and how: what the parts of opening it share.
struct StoreSite {
  FileSystem* files = nullptr;
  StorePaths paths;
  StoreUuid uuid;
  Access access = Access::read;
  StoreOptions options;

  void notice(const std::string& text) const {
    if (options.notice) options.notice(text);
  }
};

}  // namespace penstock
