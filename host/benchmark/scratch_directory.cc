// SPDX-License-Identifier: Apache-2.0
#include "benchmark/scratch_directory.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/size_text.h"

namespace penstock {
namespace {

constexpr const char* kRemedy = "choose another folder with --dir";

// The sweeper's whole life: until nobody holds the pipe's other end, which is when its parent has ended.
[[noreturn]] void sweep_at_end(int pipe, const std::string& path) {
  ::setsid();  // the terminal's signals are for the parent
  if (pipe > 0) ::close_range(0, static_cast<unsigned>(pipe) - 1, 0);
  ::close_range(static_cast<unsigned>(pipe) + 1, UINT_MAX, 0);
  char byte = 0;
  while (::read(pipe, &byte, 1) < 0 && errno == EINTR) {
  }
  std::error_code error;
  std::filesystem::remove_all(path, error);
  ::_exit(0);
}

}  // namespace

Result<std::unique_ptr<ScratchDirectory>> ScratchDirectory::create(const std::string& parent) {
  std::string path = parent + "/penstock-bench-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return fail_errno(parent, errno, kRemedy);
  std::unique_ptr<ScratchDirectory> directory(new ScratchDirectory(path));
  PENSTOCK_TRY(directory->start_sweeper());
  return directory;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
  if (sweeper_ < 0) return;
  ::close(sweeper_pipe_);
  while (::waitpid(sweeper_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Status ScratchDirectory::start_sweeper() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("pipe");
  sweeper_ = ::fork();
  if (sweeper_ == 0) sweep_at_end(ends[0], path_);
  const int error = errno;
  ::close(ends[0]);
  if (sweeper_ < 0) {
    ::close(ends[1]);
    return fail_errno("fork", error);
  }
  sweeper_pipe_ = ends[1];
  return {};
}

Status ScratchDirectory::require_room(uint64_t bytes) const {
  struct statfs status {};
  if (::statfs(path_.c_str(), &status) != 0) return fail_errno(path_, errno, kRemedy);
  const uint64_t room = uint64_t{status.f_bavail} * static_cast<uint64_t>(status.f_bsize);
  if (room >= bytes) return {};
  return fail(Errc::failed, std::filesystem::path(path_).parent_path().string(),
              "has room for " + human_size(room) + " where " + human_size(bytes) + " are needed",
              "take a smaller --mib, or another folder with --dir");
}

Status ScratchDirectory::remove(const std::string& name) const {
  std::error_code error;
  std::filesystem::remove_all(path(name), error);
  if (error) return fail_errno(path(name), error.value());
  return {};
}

bool ScratchDirectory::in_memory() const {
  struct statfs status {};
  if (::statfs(path_.c_str(), &status) != 0) return false;
  return status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC;
}

}  // namespace penstock
