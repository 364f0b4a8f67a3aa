// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

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
  uint64_t all() const;
  // Entries that are missing for it, not just attributes.
  uint64_t entries_missing() const { return of(Refused::special).times; }

 private:
  mutable std::mutex mutex_;
  std::array<Count, kRefusedKinds> counts_;
};

}  // namespace penstock
