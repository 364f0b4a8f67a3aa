// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace penstock {

// A new directory of its own name, for what is not to be kept. It goes with its owner, and also when the
// process is interrupted or killed: a small process of its own waits for the end of this one and removes what
// is left.
class ScratchDirectory {
 public:
  // failed: nothing can be made in `parent`. To be called early: what is in memory now is the small process's
  // too.
  static Result<std::unique_ptr<ScratchDirectory>> create(const std::string& parent);
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  std::string path(const std::string& name) const { return path_ + "/" + name; }
  // failed: its file system has less room than `bytes`.
  Status require_room(uint64_t bytes) const;
  // Removes `name` and all below it, at once.
  Status remove(const std::string& name) const;
  // Whether its file system keeps files in memory.
  bool in_memory() const;

 private:
  explicit ScratchDirectory(std::string path) : path_(std::move(path)) {}

  Status start_sweeper();

  const std::string path_;
  int sweeper_pipe_ = -1;  // its end tells the sweeper
  pid_t sweeper_ = -1;
};

}  // namespace penstock
