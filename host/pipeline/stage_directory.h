// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipeline/restore_stage.h"
#include "pipeline/stage_mark.h"

namespace penstock {

// Where a restore keeps what is not whole yet: a directory of its own, mode 0700, with a directory of what is
// restored in it. Under a name made of a key it can be gone on with: a restore that was killed leaves it
// behind, and the next one with the same key finds it. A file in it is locked (flock) while it is held; where
// that cannot be, and where what has the name may be no stage of that key, the name is random. The destructor
// removes what was begun by it, and leaves what an earlier restore left.
class StageDirectory {
 public:
  // In the directory `parent`. `key`: of what and how is restored, to `target`; empty: under a random name.
  // failed: another process has it, or it cannot be made; what was written to it has been lost.
  static Result<StageDirectory> create(const std::string& parent, std::string_view key,
                                       const std::string& target);
  StageDirectory() = default;
  StageDirectory(StageDirectory&& other) noexcept;
  StageDirectory& operator=(StageDirectory&& other) noexcept;
  ~StageDirectory();

  int number() const { return directory_.number(); }
  const std::string& path() const { return path_; }
  std::string_view name() const;
  // Whether an earlier restore's was found, begun since this machine was started.
  bool found() const { return found_; }
  // Whether one was found of which what was written may not have reached the disk, as of an earlier start of
  // the machine: begin_anew() has to be called before it is used.
  bool stale() const { return stale_; }
  // Whether what is left of it can be found().
  bool can_be_found() const { return lock_.number() >= 0 && keeps_unsynced_writes(number()); }
  Status begin_anew();

  // The other stages in the directory around it that nobody is at work in, and what they restore to, as far
  // as that is known.
  struct Idle {
    std::string path;
    std::string target;
    bool elsewhere = false;  // it was begun by another mount, and can be gone on with there alone
  };
  std::vector<Idle> others() const;

  // The directory `name` in it, made where it is not there: mode 0700, and no ACL to hand down.
  Result<Descriptor> enter(const char* name);

  // Notes that what is whole is on its way to its place, with a `text` of the caller's.
  Status note_moving(std::string_view text);
  // What was noted by whoever left the directory behind.
  const std::optional<std::string>& moving() const { return moving_; }

  // With all that is in it.
  Status remove();
  // The destructor leaves it.
  void keep() { path_.clear(); }

 private:
  static Result<StageDirectory> create_unnamed(const std::string& parent);
  Result<bool> take(const std::string& path);
  Result<bool> begin(StageMark mark);

  std::string path_;  // empty: nothing to remove
  Descriptor directory_;
  Descriptor lock_;
  StageMark mark_;
  bool found_ = false;
  bool stale_ = false;
  std::optional<std::string> moving_;
};

}  // namespace penstock
