// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "ingest/file_status.h"
#include "ingest/file_xattrs.h"
#include "ingest/source.h"

namespace penstock {

// A file that is open, and what was known of it before it was read: what is read belongs to that.
struct OpenedFile {
  std::unique_ptr<Source> source;
  FileStatus status;
  std::vector<FileXattr> xattrs;
  std::string xattr_fault;  // why these could not be read; empty if they could
};

// A file that a walk has met and not opened. Good until the walk is asked for the next entry.
class FoundFile {
 public:
  virtual ~FoundFile() = default;
  // partial error: it is gone, or something else by now. failed: no other file could be opened either.
  virtual Result<OpenedFile> open() = 0;
  // The names of its attributes, ascending, without opening it. False: they cannot be told.
  virtual bool list_xattrs(std::vector<std::string>& names) = 0;
  // Whether one that is listed can be read, too: some are not given to everybody, or to nobody.
  virtual bool can_read_xattr(const std::string& name) = 0;
};

}  // namespace penstock
