// SPDX-License-Identifier: Apache-2.0
#include "store/posix_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "store/posix_file.h"

namespace penstock {
namespace {

// What a store holds is its owner's: whatever the umask says, others have to be let in on purpose.
constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kSharedBits = 0064;  // the group's for reading and writing, everybody's for reading

class PosixFileLock final : public FileLock {
 public:
  explicit PosixFileLock(int descriptor) : descriptor_(descriptor) {}
  ~PosixFileLock() override { ::close(descriptor_); }
  PosixFileLock(const PosixFileLock&) = delete;
  PosixFileLock& operator=(const PosixFileLock&) = delete;

 private:
  const int descriptor_;
};

int open_file(const std::string& path, int flags) {
  int descriptor;
  do {
    descriptor = ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, kFileMode);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

std::string directory_of(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A new file, which others than its owner may do with what they may do with its directory.
int create_file(const std::string& path) {
  const int descriptor = open_file(path, O_RDWR | O_CREAT | O_EXCL);
  if (descriptor < 0) return descriptor;
  struct stat directory {};
  if (::stat(directory_of(path).c_str(), &directory) == 0)
    static_cast<void>(::fchmod(descriptor, kFileMode | (directory.st_mode & kSharedBits)));
  return descriptor;
}

Failure not_regular(const std::string& path) {
  return fail(Errc::corrupt, path, "is not a regular file", "put the store's own file back in its place");
}

}  // namespace

Result<std::unique_ptr<File>> PosixFileSystem::create(const std::string& path) {
  const int descriptor = create_file(path);
  if (descriptor < 0) return fail_file(path, errno);
  return std::make_unique<PosixFile>(descriptor, path);
}

Result<std::unique_ptr<File>> PosixFileSystem::open(const std::string& path, bool writable) {
  // O_NONBLOCK: a FIFO or a device in a file's place must not make us wait for its other end.
  const int descriptor = open_file(path, (writable ? O_RDWR : O_RDONLY) | O_NONBLOCK);
  // A directory, a socket, a device without a driver.
  if (descriptor < 0 && (errno == EISDIR || errno == ENXIO || errno == ENODEV)) return not_regular(path);
  if (descriptor < 0) return fail_file(path, errno);
  auto file = std::make_unique<PosixFile>(descriptor, path);
  struct stat status;
  if (::fstat(descriptor, &status) != 0) return fail_file(path, errno);
  if (!S_ISREG(status.st_mode)) return not_regular(path);
  return file;
}

Result<bool> PosixFileSystem::exists(const std::string& path) {
  struct stat status;
  if (::stat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return fail_file(path, errno);
}

Result<std::vector<std::string>> PosixFileSystem::list(const std::string& directory) {
  DIR* stream = ::opendir(directory.c_str());
  if (stream == nullptr) return fail_file(directory, errno);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  const int error_number = errno;
  ::closedir(stream);
  if (error_number != 0) return fail_file(directory, error_number);
  std::ranges::sort(names);
  return names;
}

Status PosixFileSystem::make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), kDirectoryMode) == 0) return {};
  const int error_number = errno;
  const size_t slash = path.find_last_of('/');
  if (error_number == ENOENT && slash != std::string::npos && slash > 0) {
    PENSTOCK_TRY(make_directory(path.substr(0, slash)));
    return ::mkdir(path.c_str(), kDirectoryMode) == 0 ? Status() : fail_file(path, errno);
  }
  struct stat status;
  if (error_number == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
  return fail_file(path, error_number);
}

Status PosixFileSystem::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return fail_file(from, errno);
  return {};
}

Status PosixFileSystem::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return fail_file(path, errno);
  return {};
}

Status PosixFileSystem::sync_directory(const std::string& path) {
  const int descriptor = open_file(path, O_RDONLY | O_DIRECTORY);
  if (descriptor < 0) return fail_file(path, errno);
  return PosixFile(descriptor, path).sync();
}

Result<std::unique_ptr<FileLock>> PosixFileSystem::lock(const std::string& path) {
  int descriptor = create_file(path);
  if (descriptor < 0 && errno == EEXIST) descriptor = open_file(path, O_RDWR);
  if (descriptor < 0) return fail_file(path, errno);
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    const int error_number = errno;
    ::close(descriptor);
    if (error_number != EWOULDBLOCK) return fail_file(path, error_number);
    return fail(Errc::locked, path, "another process writes to this store",
                "wait until it is done and try again");
  }
  // Whoever can open it can keep every writer out.
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && (status.st_mode & S_IRWXO) != 0)
    static_cast<void>(::fchmod(descriptor, status.st_mode & 07770));
  return std::make_unique<PosixFileLock>(descriptor);
}

FileSystem& posix_file_system() {
  static PosixFileSystem files;
  return files;
}

}  // namespace penstock
