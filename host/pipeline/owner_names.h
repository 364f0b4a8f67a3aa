// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dag/meta_entry.h"
#include "dag/meta_root.h"

namespace penstock {

// The names that owners of a tree's entries have on this machine, asked for once a number (getpwuid(3),
// getgrgid(3)). Keeps up to kOwnerNamesBytesMax of them. One thread.
class OwnerNames {
 public:
  void met(const MetaEntry& entry);

  // Ascending by number; those that have no name are not among them.
  std::vector<OwnerName> users() const { return known(users_); }
  std::vector<OwnerName> groups() const { return known(groups_); }

 private:
  using Names = std::map<uint32_t, std::string>;  // empty: there is none

  void add(Names& names, uint32_t id, std::string name);
  static std::vector<OwnerName> known(const Names& names);

  Names users_;
  Names groups_;
  size_t bytes_ = 0;  // as encoded
};

}  // namespace penstock
