// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>

#include "ingest/file_status.h"
#include "ingest/owned_fd.h"
#include "ingest/source.h"

namespace penstock {

// A regular file, read, not mapped: it may change meanwhile. Takes what there was when it was opened and no
// more, so that a file that grows as fast as it is read (a store within the tree that is put into it) has an
// end; a file of size 0 is read until it ends, since those in /proc have content.
class FileSource final : public Source {
 public:
  // Holes from here on are reported where the file system knows them; shorter ones are read as zeros.
  static constexpr uint64_t kHoleBytesMin = 64 << 10;

  // Reads `fd` from its front on; `path` is for messages. partial error: not a regular file, or it has no
  // status.
  static Result<std::unique_ptr<FileSource>> take(OwnedFd fd, std::string path);

  Result<ReadResult> read(MutableBytes into) override;
  std::string changed() override;
  // Those of size 0 are the kernel's: trace_pipe, say.
  bool may_wait() const override { return at_open_.st_size == 0; }

  uint64_t size_at_open() const { return static_cast<uint64_t>(at_open_.st_size); }
  FileStatus status() const { return file_status(at_open_); }
  int descriptor() const { return fd_.get(); }
  // Device, inode, size and time of the last write: another text where the file is another, or has changed.
  std::string identity() const;

 private:
  FileSource(OwnedFd fd, std::string path, const struct stat& at_open);

  Status find_data();
  bool size_means_nothing() const;

  OwnedFd fd_;
  std::string path_;
  struct stat at_open_;
  bool seeks_holes_;    // the file may have holes, and its file system has not refused to name them
  off_t limit_;         // where to stop: the size when it was opened, or wherever it ends
  off_t offset_ = 0;    // the next byte
  off_t data_end_ = 0;  // up to here there is known to be no hole worth reporting
  off_t hole_end_ = 0;  // past offset_: a hole up to there is next
};

}  // namespace penstock
