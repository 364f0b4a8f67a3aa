// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "dag/meta_entry.h"

namespace penstock {

// The files with several names that a walk has met. Memory: some 100 bytes each. One thread.
class MetFiles {
 public:
  enum class Meeting : uint8_t {
    first,
    further,  // another name of one that was met, and is what that was then
    changed,  // another name of one that was met and has changed since, or whose inode is another file's by
              // now
  };
  // What tells a state of a file from others.
  struct Look {
    uint64_t size = 0;
    FileTime ctime;
    FileTime mtime;

    friend bool operator==(const Look&, const Look&) = default;
  };

  // Remembers it where it has several names.
  Meeting meet(uint64_t device, uint64_t inode, uint64_t links, const Look& look) {
    if (links < 2) return Meeting::first;
    std::vector<Look>& looks = met_[{device, inode}];
    if (std::ranges::find(looks, look) != looks.end()) return Meeting::further;
    looks.push_back(look);
    return looks.size() == 1 ? Meeting::first : Meeting::changed;
  }

 private:
  std::map<std::pair<uint64_t, uint64_t>, std::vector<Look>> met_;
};

inline constexpr const char* kChangedName =
    "changed while other names of it were read: stored as a file of its own";
inline constexpr const char* kChangedNameRemedy = "put it again when it is quiet";

}  // namespace penstock
