// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace penstock {

void check_failed(const char* expression, const char* file, int line) noexcept {
  static_cast<void>(std::fprintf(stderr,
                                 "penstock: internal error: %s does not hold at %s:%d (please report this)\n",
                                 expression, file, line));
  std::abort();
}

}  // namespace penstock
