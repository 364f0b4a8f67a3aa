// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace penstock {

// An extended attribute as the file system has it (xattr(7)).
struct FileXattr {
  std::string name;
  std::vector<uint8_t> value;
};

// The attributes of an open file or directory, ascending by name; none where its file system has none. Those
// that this process may not see are left out. Returns 0 or the error number.
int read_xattrs(int fd, std::vector<FileXattr>& attributes);
// The same of a name in an open directory (AT_FDCWD: of a path), without following a symlink.
int read_xattrs_at(int directory_fd, const std::string& name, std::vector<FileXattr>& attributes);
// Of such a name, the names of its attributes alone, ascending: also of those that may not be read.
int list_xattrs_at(int directory_fd, const std::string& name, std::vector<std::string>& names);
// Whether such a name's attribute can be read: 0, or the error number.
int look_for_xattr_at(int directory_fd, const std::string& name, const std::string& attribute);
// Of an error number: the attribute is not there, or not for this process.
bool is_xattr_withheld(int error_number);

}  // namespace penstock
