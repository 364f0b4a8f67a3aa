// SPDX-License-Identifier: Apache-2.0
#include "store/posix_file.h"

#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>

namespace penstock {
namespace {

constexpr size_t kPartsPerCall = 16;

std::atomic<uint64_t> syncs{0};

const char* remedy_of(int error_number) {
  switch (error_number) {
    case ENOSPC:
      return "free some space on this file system and try again; nothing acknowledged is lost";
    case EDQUOT:
      return "raise the quota or free some space and try again; nothing acknowledged is lost";
    case EROFS:
      return "the file system is mounted read-only: remount it, or use another store";
    case EIO:
      return "the disk reports an error: look at the kernel's log, then run verify";
    case EACCES:
    case EPERM:
      return "check the owner and mode of the store's files";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files";
    default:
      return "";
  }
}

}  // namespace

uint64_t posix_syncs() {
  return syncs.load(std::memory_order_relaxed);
}

Failure fail_file(const std::string& path, int error_number) {
  const Errc code = error_number == ENOENT ? Errc::absent : Errc::failed;
  return fail(code, path, errno_text(error_number), remedy_of(error_number));
}

PosixFile::~PosixFile() {
  ::close(descriptor_);
}

Status PosixFile::read(uint64_t offset, MutableBytes into) const {
  while (!into.empty()) {
    const ssize_t got = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_file(path_, errno);
    if (got == 0) {
      return fail(Errc::corrupt, path_,
                  "ends at byte " + std::to_string(offset) + ", before data that it should have");
    }
    offset += static_cast<uint64_t>(got);
    into = into.subspan(static_cast<size_t>(got));
  }
  return {};
}

Result<uint64_t> PosixFile::size() const {
  struct stat status;
  if (::fstat(descriptor_, &status) != 0) return fail_file(path_, errno);
  return static_cast<uint64_t>(status.st_size);
}

Status PosixFile::write(uint64_t offset, std::span<const Bytes> parts) {
  size_t done_of_first = 0;
  while (!parts.empty()) {
    std::array<iovec, kPartsPerCall> vectors;
    const size_t count = std::min(parts.size(), vectors.size());
    for (size_t i = 0; i < count; ++i) {
      const Bytes part = i == 0 ? parts[i].subspan(done_of_first) : parts[i];
      vectors[i] = {const_cast<uint8_t*>(part.data()), part.size()};
    }
    const ssize_t put =
        ::pwritev(descriptor_, vectors.data(), static_cast<int>(count), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail_file(path_, errno);
    offset += static_cast<uint64_t>(put);
    done_of_first += static_cast<size_t>(put);
    while (!parts.empty() && done_of_first >= parts[0].size()) {
      done_of_first -= parts[0].size();
      parts = parts.subspan(1);
    }
  }
  return {};
}

Status PosixFile::truncate(uint64_t bytes) {
  while (::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0) {
    if (errno != EINTR) return fail_file(path_, errno);
  }
  return {};
}

Status PosixFile::sync() {
  // Not repeated when it fails: the kernel may have dropped the pages, and a second call would lie
  // (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020).
  syncs.fetch_add(1, std::memory_order_relaxed);
  if (::fsync(descriptor_) != 0) return fail_file(path_, errno);
  return {};
}

}  // namespace penstock
