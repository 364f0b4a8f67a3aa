// SPDX-License-Identifier: Apache-2.0
#include "ingest/listed_file.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "ingest/file_source.h"
#include "ingest/open_for_reading.h"
#include "ingest/read_fault.h"

namespace penstock {

Result<OpenedFile> ListedFile::open() {
  OwnedFd fd = open_for_reading(place_.directory_fd, place_.name.c_str(), place_.follow ? 0 : O_NOFOLLOW);
  if (!fd) return Failure(read_fault(place_.path, errno));
  const timespec before = settle_->now();
  PENSTOCK_TRY_ASSIGN(std::unique_ptr<FileSource> source, FileSource::take(std::move(fd), place_.path));
  OpenedFile file;
  file.status = source->status();
  file.status.settled = settle_->settled(file.status.mtime, file.status.ctime, place_.fs_magic, before);
  // Behind the status: that they were changed meanwhile is then seen when the file has been read.
  if (const int error_number = read_xattrs(source->descriptor(), file.xattrs); error_number != 0)
    file.xattr_fault = errno_text(error_number);
  file.source = std::move(source);
  return file;
}

bool ListedFile::list_xattrs(std::vector<std::string>& names) {
  if (place_.follow) return false;
  int error_number = list_xattrs_at(place_.directory_fd, place_.name, names);
  // Where /proc is not mounted there is the path.
  if (error_number == ENOENT) error_number = list_xattrs_at(AT_FDCWD, place_.path, names);
  return error_number == 0;
}

bool ListedFile::can_read_xattr(const std::string& name) {
  if (place_.follow) return true;
  int error_number = look_for_xattr_at(place_.directory_fd, place_.name, name);
  if (error_number == ENOENT) error_number = look_for_xattr_at(AT_FDCWD, place_.path, name);
  return !is_xattr_withheld(error_number);
}

}  // namespace penstock
