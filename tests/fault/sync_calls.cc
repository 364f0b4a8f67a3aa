// SPDX-License-Identifier: Apache-2.0
// Preloaded into a program, writes a line for each call that waits for the disk into the file that
// PENSTOCK_SYNC_CALLS names: what was synced.
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

// One write each, so that threads do not mix their lines.
void record(const char* call, int descriptor) {
  static const char* const file = std::getenv("PENSTOCK_SYNC_CALLS");
  static const int log = file == nullptr ? -1 : open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) return;
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  char line[4200];
  const int begin = std::snprintf(line, 64, "%s ", call);
  const ssize_t bytes = readlink(link, line + begin, 4096);
  const size_t end = static_cast<size_t>(begin) + static_cast<size_t>(bytes < 0 ? 0 : bytes);
  line[end] = '\n';
  if (write(log, line, end + 1) < 0) std::abort();
}

template <class Call>
Call next(const char* name) {
  return reinterpret_cast<Call>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int fsync(int descriptor) {
  static const auto real = next<int (*)(int)>("fsync");
  record("fsync", descriptor);
  return real(descriptor);
}

int fdatasync(int descriptor) {
  static const auto real = next<int (*)(int)>("fdatasync");
  record("fdatasync", descriptor);
  return real(descriptor);
}

int syncfs(int descriptor) {
  static const auto real = next<int (*)(int)>("syncfs");
  record("syncfs", descriptor);
  return real(descriptor);
}

int msync(void* address, size_t length, int flags) {
  static const auto real = next<int (*)(void*, size_t, int)>("msync");
  record("msync", -1);
  return real(address, length, flags);
}

void sync() {
  static const auto real = next<void (*)()>("sync");
  record("sync", -1);
  real();
}

}  // extern "C"
