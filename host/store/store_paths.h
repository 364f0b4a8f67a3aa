// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "store/segment_header.h"

namespace penstock {

// Where a store's files lie (format.md).
struct StorePaths {
  std::string directory;

  std::string config() const { return directory + "/store.toml"; }
  std::string log() const { return directory + "/commits.log"; }
  std::string quarantine() const { return directory + "/quarantine.log"; }
  std::string segments() const { return directory + "/segments"; }
  std::string segment(uint32_t number) const { return segments() + "/" + segment_file_name(number); }
  std::string set_aside() const { return directory + "/set-aside"; }
  std::string index() const { return directory + "/index"; }
  std::string lock() const { return directory + "/lock"; }
};

}  // namespace penstock
