// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <exception>
#include <new>
#include <string>
#include <vector>

#include "appliance/command_line.h"
#include "appliance/console.h"
#include "appliance/loaded_driver.h"

namespace {

// A standard descriptor that came closed would be the next file's to get, and messages would go into it.
void fill_closed_descriptors() {
  int descriptor = 0;
  do {
    descriptor = ::open("/dev/null", O_RDWR);
  } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor >= 0) ::close(descriptor);
}

// A restore keeps a descriptor open for each level of directories that it is in.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

// The only place that sees an exception: nothing of ours throws, and what a library throws past its adapter
// leaves nothing to do but to say so.
int run(int argc, char** argv) {
  penstock::Console console(STDOUT_FILENO, STDERR_FILENO);
  try {
    return penstock::run_command_line({argv + (argc > 0 ? 1 : 0), argv + argc}, console);
  } catch (const std::bad_alloc&) {
    console.report({penstock::Errc::failed, "memory", "the system gives no more", "try --threads 1"});
  } catch (const std::exception& exception) {
    console.report({penstock::Errc::failed, "internal error", exception.what(), "please report this"});
  }
  return static_cast<int>(penstock::Errc::failed);
}

}  // namespace

int main(int argc, char** argv) {
  fill_closed_descriptors();
  raise_descriptor_limit();
  const int code = run(argc, argv);
  // The runtime of a card that never ends what it was given would abort in its destructors (docs/xrt.md).
  // Ours have run, and all that was written is with the system.
  if (penstock::LoadedDriver::any()) ::_exit(code);
  return code;
}
