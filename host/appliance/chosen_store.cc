// SPDX-License-Identifier: Apache-2.0
#include "appliance/chosen_store.h"

#include <sys/stat.h>

#include <string>
#include <utility>

namespace penstock {

Result<std::unique_ptr<Store>> open_store(const GlobalOptions& global, Access access, Console& console) {
  return open_store(global, access, [&console](const std::string& text) { console.note(text); });
}

Result<std::unique_ptr<Store>> open_store(const GlobalOptions& global, Access access,
                                          std::function<void(const std::string&)> notice) {
  PENSTOCK_TRY_ASSIGN(const std::string directory, store_directory(global));
  // The place may well be the default one: somebody who has never made a store is told how.
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0 && errno == ENOENT) {
    return fail(Errc::failed, directory, "there is no store", "make one: penstock init -s " + directory);
  }
  StoreOptions options;
  options.notice = std::move(notice);
  return Store::open(posix_file_system(), directory, access, std::move(options));
}

}  // namespace penstock
