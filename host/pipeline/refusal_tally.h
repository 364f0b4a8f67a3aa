// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

namespace penstock {

// What a restore was not allowed to set, or the file system does not have.
enum class Refused : uint8_t {
  owner,
  mode,  // setuid, setgid or sticky bits, mostly
  xattr,
  acl,
  capability,  // security.capability: what a program may do without being root's
  time,        // or the file system cannot hold it
  special,     // a device, FIFO or socket is missing
};
inline constexpr size_t kRefusedKinds = 7;

// "owner", "mode bits", ...: for messages.
std::string_view refused_text(Refused what);
// "owner", "mode_bits", ...: for JSON.
std::string_view refused_key(Refused what);

// Counts them: how often, and where first. Any thread.
class RefusalTally {
 public:
  struct Count {
    uint64_t times = 0;
    std::string first_path;
    int error_number = 0;  // of the first; 0: no call failed, and the value is not there all the same
  };
  void add(Refused what, const std::string& path, int error_number);
  Count of(Refused what) const;
  // From now on paths are kept: 8 bytes and some of each, kPathsMax at most.
  void remember_paths();
  // Whether something of the entry `path` was; of what is not remembered any more, whether it was of any.
  bool refused(Refused what, const std::string& path) const;
  static constexpr size_t kPathsMax = size_t{1} << 20;
  uint64_t all() const;
  // Entries that are missing for it, not just attributes.
  uint64_t entries_missing() const { return of(Refused::special).times; }

 private:
  mutable std::mutex mutex_;
  std::array<Count, kRefusedKinds> counts_;
  bool remembers_ = false;
  std::unordered_set<size_t> paths_;  // hashes, with the kind
};

}  // namespace penstock
