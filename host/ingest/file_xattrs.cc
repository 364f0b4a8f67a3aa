// SPDX-License-Identifier: Apache-2.0
#include "ingest/file_xattrs.h"

#include <fcntl.h>
#include <sys/xattr.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <utility>

namespace penstock {
namespace {

// Of one file: what listxattr(2) and getxattr(2) would give.
struct XattrCalls {
  std::function<ssize_t(char* into, size_t bytes)> list;
  std::function<ssize_t(const char* name, uint8_t* into, size_t bytes)> get;
};

// Calls until the room is enough: attributes may grow meanwhile. The error number, or 0.
template <class Buffer, class Call>
int read_grown(Buffer& buffer, Call call) {
  while (true) {
    const ssize_t bytes = call(buffer.data(), buffer.size());
    if (bytes >= 0) {
      buffer.resize(static_cast<size_t>(bytes));
      return 0;
    }
    if (errno != ERANGE) return errno;
    const ssize_t wanted = call(buffer.data(), 0);
    if (wanted < 0) return errno;
    buffer.resize(std::max<size_t>(static_cast<size_t>(wanted), 2 * buffer.size()));
  }
}

// Of all attributes of one file; no file system is known to hold so many.
constexpr size_t kValueBytesMax = 8 << 20;

// There is no call that takes a directory's descriptor and a name.
std::string path_at(int directory_fd, const std::string& name) {
  return directory_fd == AT_FDCWD ? name : "/proc/self/fd/" + std::to_string(directory_fd) + "/" + name;
}

int read_all(const XattrCalls& calls, std::vector<FileXattr>& attributes) {
  attributes.clear();
  std::string names(512, '\0');
  if (const int error_number = read_grown(names, calls.list); error_number != 0)
    return is_xattr_withheld(error_number) ? 0 : error_number;
  size_t value_bytes = 0;
  for (size_t at = 0; at < names.size(); at += std::strlen(names.c_str() + at) + 1) {
    FileXattr attribute{.name = names.c_str() + at, .value = std::vector<uint8_t>(256)};
    const auto get = [&](uint8_t* into, size_t bytes) {
      return calls.get(attribute.name.c_str(), into, bytes);
    };
    const int error_number = read_grown(attribute.value, get);
    if (is_xattr_withheld(error_number)) continue;
    if (error_number != 0) return error_number;
    value_bytes += attribute.value.size();
    if (value_bytes > kValueBytesMax) {
      attributes.clear();
      return E2BIG;
    }
    attributes.push_back(std::move(attribute));
  }
  std::ranges::sort(attributes, {}, &FileXattr::name);
  return 0;
}

}  // namespace

int read_xattrs(int fd, std::vector<FileXattr>& attributes) {
  return read_all(
      {[fd](char* into, size_t bytes) { return flistxattr(fd, into, bytes); },
       [fd](const char* name, uint8_t* into, size_t bytes) { return fgetxattr(fd, name, into, bytes); }},
      attributes);
}

int read_xattrs_at(int directory_fd, const std::string& name, std::vector<FileXattr>& attributes) {
  const std::string path = path_at(directory_fd, name);
  return read_all({[&](char* into, size_t bytes) { return llistxattr(path.c_str(), into, bytes); },
                   [&](const char* attribute, uint8_t* into, size_t bytes) {
                     return lgetxattr(path.c_str(), attribute, into, bytes);
                   }},
                  attributes);
}

int list_xattrs_at(int directory_fd, const std::string& name, std::vector<std::string>& names) {
  names.clear();
  const std::string path = path_at(directory_fd, name);
  std::string listed(512, '\0');
  const auto list = [&](char* into, size_t bytes) { return llistxattr(path.c_str(), into, bytes); };
  if (const int error_number = read_grown(listed, list); error_number != 0)
    return is_xattr_withheld(error_number) ? 0 : error_number;
  for (size_t at = 0; at < listed.size(); at += names.back().size() + 1)
    names.emplace_back(listed.c_str() + at);
  std::ranges::sort(names);
  return 0;
}

int look_for_xattr_at(int directory_fd, const std::string& name, const std::string& attribute) {
  return lgetxattr(path_at(directory_fd, name).c_str(), attribute.c_str(), nullptr, 0) >= 0 ? 0 : errno;
}

bool is_xattr_withheld(int error_number) {
  return error_number == ENOTSUP || error_number == ENODATA || error_number == EPERM ||
         error_number == EACCES || error_number == ENOSYS;
}

}  // namespace penstock
