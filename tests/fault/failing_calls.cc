// SPDX-License-Identifier: Apache-2.0
// Preloaded into a program, makes its writes or fsyncs fail with EIO: PENSTOCK_FAIL_CALLS=write:N or sync:N,
// from the N-th on. Only files whose path holds PENSTOCK_FAIL_PATH count.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

// Whether this call on `descriptor` is one of those that fail.
bool fails(const char* kind, int descriptor) {
  static std::atomic<long> calls{0};
  const char* plan = std::getenv("PENSTOCK_FAIL_CALLS");
  const char* part = std::getenv("PENSTOCK_FAIL_PATH");
  const size_t length = std::strlen(kind);
  if (plan == nullptr || part == nullptr || std::strncmp(plan, kind, length) != 0) return false;
  char link[64];
  char path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t bytes = readlink(link, path, sizeof path - 1);
  if (bytes < 0) return false;
  path[bytes] = 0;
  if (std::strstr(path, part) == nullptr) return false;
  if (++calls < std::strtol(plan + length + 1, nullptr, 10)) return false;
  errno = EIO;
  return true;
}

template <class Call>
Call next(const char* name) {
  return reinterpret_cast<Call>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t pwrite(int descriptor, const void* bytes, size_t length, off_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return fails("write", descriptor) ? -1 : real(descriptor, bytes, length, offset);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t length, off_t offset) {
  return pwrite(descriptor, bytes, length, offset);
}

ssize_t pwritev(int descriptor, const iovec* parts, int count, off_t offset) {
  static const auto real = next<ssize_t (*)(int, const iovec*, int, off_t)>("pwritev");
  return fails("write", descriptor) ? -1 : real(descriptor, parts, count, offset);
}

ssize_t pwritev64(int descriptor, const iovec* parts, int count, off_t offset) {
  return pwritev(descriptor, parts, count, offset);
}

int fsync(int descriptor) {
  static const auto real = next<int (*)(int)>("fsync");
  return fails("sync", descriptor) ? -1 : real(descriptor);
}

int fdatasync(int descriptor) {
  static const auto real = next<int (*)(int)>("fdatasync");
  return fails("sync", descriptor) ? -1 : real(descriptor);
}

}  // extern "C"
