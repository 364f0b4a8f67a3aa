// SPDX-License-Identifier: Apache-2.0
#include "appliance/chosen_store.h"

#include <sys/stat.h>

#include <string>
#include <utility>

namespace penstock {
namespace {

// Stores made by earlier versions have the umask's modes. Somebody may want that, so it is only told.
void note_open_to_all(const std::string& directory, const std::function<void(const std::string&)>& notice) {
  struct stat store {};
  struct stat segments {};
  if (::stat(directory.c_str(), &store) != 0 || ::stat((directory + "/segments").c_str(), &segments) != 0)
    return;
  const mode_t way_in = store.st_mode & segments.st_mode & S_IXOTH;
  if (way_in == 0 || (segments.st_mode & S_IROTH) == 0) return;
  notice(directory +
         ": every user of this machine may read it, and so all that is put there (chmod -R go-rwx " +
         directory + ")");
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const GlobalOptions& global, Access access, Console& console) {
  return open_store(global, access, [&console](const std::string& text) { console.note(text); });
}

Result<std::unique_ptr<Store>> open_store(const GlobalOptions& global, Access access,
                                          const std::function<void(const std::string&)>& notice) {
  PENSTOCK_TRY_ASSIGN(const std::string directory, store_directory(global));
  // The place may well be the default one: somebody who has never made a store is told how.
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0 && errno == ENOENT) {
    return fail(Errc::failed, directory, "there is no store", "make one: penstock init -s " + directory);
  }
  StoreOptions options;
  options.notice = notice;
  auto store = Store::open(posix_file_system(), directory, access, std::move(options));
  if (store && access == Access::write && notice) note_open_to_all(directory, notice);
  return store;
}

}  // namespace penstock
