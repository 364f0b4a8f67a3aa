// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "ingest/entry_stream.h"
#include "ingest/owned_fd.h"

namespace penstock {

// One entry: what a descriptor gives until it ends, standard input say. Unlike open_descriptor() its source
// gives what there is as it comes, so that a slow writer's bytes are sent while he thinks, and its reader can
// be called back from a wait for a writer who may never come. One thread, but for interrupt().
class InputStream final : public EntryStream {
 public:
  // `fd` stays the caller's. failed: the system gives no descriptors.
  static Result<InputStream> open(int fd, std::string name, std::string path);

  Result<std::optional<Entry>> next() override;
  // Any thread: the wait at hand, and all that follow, fail.
  void interrupt() const;

 private:
  InputStream(int fd, std::string name, std::string path, OwnedFd interrupted)
      : fd_(fd), name_(std::move(name)), path_(std::move(path)), interrupted_(std::move(interrupted)) {}

  int fd_;
  std::string name_;
  std::string path_;
  OwnedFd interrupted_;  // an eventfd
  bool given_ = false;
};

}  // namespace penstock
