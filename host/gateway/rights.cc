// SPDX-License-Identifier: Apache-2.0
#include "gateway/rights.h"

namespace penstock {

bool add_right(Rights& rights, std::string_view name) {
  if (name == "append") {
    rights.append = true;
  } else if (name == "read") {
    rights.read = true;
  } else if (name == "admin") {
    rights.admin = true;
  } else {
    return false;
  }
  return true;
}

std::vector<std::string> right_names(const Rights& rights) {
  std::vector<std::string> names;
  if (rights.append) names.emplace_back("append");
  if (rights.read) names.emplace_back("read");
  if (rights.admin) names.emplace_back("admin");
  return names;
}

}  // namespace penstock
