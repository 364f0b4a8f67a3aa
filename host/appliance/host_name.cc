// SPDX-License-Identifier: Apache-2.0
#include "appliance/host_name.h"

#include <unistd.h>

#include "dag/utf8.h"

namespace penstock {

std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return {};
  return valid_utf8(name) ? name : "";
}

}  // namespace penstock
