// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/file_system.h"

namespace penstock {

// FileSystem on POSIX calls. Interrupted and short calls are continued; errors carry what to do about them.
// Whatever the umask, new directories are of mode 0700, and new files of 0600 and what their directory's mode
// gives its group of reading and writing, and everybody of reading.
class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> create(const std::string& path) override;
  // corrupt error: there is something else than a regular file.
  Result<std::unique_ptr<File>> open(const std::string& path, bool writable) override;
  Result<bool> exists(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Status make_directory(const std::string& path) override;  // parents too
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  // flock(2): released by the kernel when the process dies, whatever it died of.
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
};

}  // namespace penstock
