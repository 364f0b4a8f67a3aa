// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "dag/meta_root.h"

namespace penstock {

// Whose the restored entries become: the users and groups that have the same names here as where they were
// read, where those names are known; their numbers otherwise. Number 0 stays what it is. What one thread made
// any may ask.
class RestoredOwners {
 public:
  static RestoredOwners by_number() { return {}; }
  // Names are looked up on this machine (getpwnam(3), getgrnam(3)).
  static RestoredOwners by_name(const MetaRoot& meta);
  // They stay those of whoever restores.
  static RestoredOwners none();

  bool are_set() const { return set_; }
  uint32_t user(uint32_t id) const { return mapped(users_, id); }
  uint32_t group(uint32_t id) const { return mapped(groups_, id); }

 private:
  using Numbers = std::map<uint32_t, uint32_t>;  // those that are others here

  static uint32_t mapped(const Numbers& numbers, uint32_t id) {
    const auto found = numbers.find(id);
    return found == numbers.end() ? id : found->second;
  }

  bool set_ = true;
  Numbers users_;
  Numbers groups_;
};

}  // namespace penstock
