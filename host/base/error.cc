// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <cerrno>
#include <system_error>

namespace penstock {

std::string Error::message() const {
  std::string text = what;
  if (!why.empty()) text += (text.empty() ? "" : ": ") + why;
  if (!remedy.empty()) text += " (" + remedy + ")";
  return text;
}

std::string errno_text(int error_number) {
  return std::generic_category().message(error_number);
}

std::string errno_remedy(int error_number) {
  switch (error_number) {
    case EACCES:
    case EPERM:
      return "check its owner and permissions, or run as a user who may";
    case EDQUOT:
      return "free some of your quota, or have it raised";
    case EIO:
      return "the medium or the file system is failing: see dmesg, and save what is there";
    case EMFILE:
      return "raise the limit of open files: ulimit -n";
    case ENFILE:
      return "raise the machine's limit of open files: sysctl fs.file-max";
    case ENAMETOOLONG:
      return "choose a shorter path";
    case EISDIR:
    case ENOENT:
    case ENOTDIR:
      return "check the path";
    case ENOMEM:
      return "free some memory, or give fewer --threads";
    case ENOSPC:
      return "free some space in its file system";
    case EROFS:
      return "mount its file system for writing, or choose another place";
    case ESTALE:
      return "mount the network's file system again";
    default:
      return {};
  }
}

}  // namespace penstock
