// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dag/cbor_reader.h"
#include "dag/cid.h"

namespace penstock {

inline constexpr size_t kXattrNameBytesMax = 255;
inline constexpr size_t kXattrValueBytesMax = 65536;
inline constexpr size_t kXattrInlineBytesMax = 256;  // longer values are blocks of their own
inline constexpr size_t kXattrsBytesMax = 524288;    // of one entry, as encoded
inline constexpr size_t kHardLinkPathBytesMax = 65536;
inline constexpr uint32_t kOwnerMax = 0xfffffffe;  // of uid and gid: the number above it means none
inline constexpr uint32_t kNanosecondsMax = 999'999'999;

// An instant: since 1970-01-01 00:00 UTC; nanoseconds count forward.
struct FileTime {
  int64_t seconds = 0;
  uint32_t nanoseconds = 0;  // up to kNanosecondsMax

  friend bool operator==(const FileTime&, const FileTime&) = default;
  friend auto operator<=>(const FileTime&, const FileTime&) = default;
};

// An extended attribute: its value, or where that is long a raw block that holds it.
struct Xattr {
  std::string name;  // any bytes but NUL
  std::variant<std::vector<uint8_t>, Cid> value;

  friend bool operator==(const Xattr&, const Xattr&) = default;
};

struct DeviceNumber {
  uint32_t major = 0;
  uint32_t minor = 0;

  friend bool operator==(const DeviceNumber&, const DeviceNumber&) = default;
};

// What a file system knows of one directory entry beside its content (docs/metadata.md). Nothing in it tells
// machines or copies apart: no inode, no ctime.
struct MetaEntry {
  std::string name{};  // in its directory
  uint32_t mode = 0;   // with the type's bits, as st_mode
  uint32_t uid = 0;
  uint32_t gid = 0;
  FileTime mtime{};
  uint64_t size = 0;                     // regular file: bytes of content
  std::optional<DeviceNumber> device{};  // character and block devices
  std::string hard_link{};      // path from the put's top of the entry that is the same file; empty: none
  std::vector<Xattr> xattrs{};  // ascending by name; POSIX ACLs are among them
  std::optional<Cid> list{};    // directory: its entries

  friend bool operator==(const MetaEntry&, const MetaEntry&) = default;
};

// The mode's types, whatever this machine's headers say: they are the format's.
inline constexpr uint32_t kModeType = 0170000;
inline constexpr uint32_t kModeSocket = 0140000;
inline constexpr uint32_t kModeSymlink = 0120000;
inline constexpr uint32_t kModeFile = 0100000;
inline constexpr uint32_t kModeBlockDevice = 0060000;
inline constexpr uint32_t kModeDirectory = 0040000;
inline constexpr uint32_t kModeCharacterDevice = 0020000;
inline constexpr uint32_t kModeFifo = 0010000;

inline bool is_directory(const MetaEntry& entry) {
  return (entry.mode & kModeType) == kModeDirectory;
}
// Files, directories and symlinks are in the content too; the others in metadata alone.
bool has_content(const MetaEntry& entry);

// Bytes of an attribute in an entry; kXattrsBytesMax holds for the sum of them.
size_t xattr_bytes(const Xattr& attribute);
// Why `path` cannot be that of a hard link's first name ("top/a/b"); empty if it can.
std::string hard_link_path_fault(std::string_view path);

// Why `entry` cannot stand in a list; empty if it can.
std::string meta_entry_fault(const MetaEntry& entry);
// Appends its map. usage error: meta_entry_fault.
Status append_meta_entry(std::vector<uint8_t>& block, const MetaEntry& entry);
// corrupt error: malformed, or with a fault.
Result<MetaEntry> take_meta_entry(CborReader& from);

}  // namespace penstock
