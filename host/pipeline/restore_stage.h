// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace penstock {

// A descriptor that closes itself. Move-only.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int number() const { return number_; }
  int release();

 private:
  int number_ = -1;
};

// Opens or creates `name`, one component or a relative path, below `directory`: no symlink is followed and
// nothing above is reached (openat2). `flags` and `mode` as of open(2), `path` for
// messages, `resolve` for more of openat2's rules.
Result<Descriptor> open_beneath(int directory, const std::string& name, int flags, unsigned mode,
                                const std::string& path, uint64_t resolve = 0);

class StageDirectory;

// Where a restore writes until it is whole: in a StageDirectory beside the target, or inside it where that is
// a directory on a mount of its own. promote() or merge_into() gives what was made its place; without them
// the destructor removes everything.
class RestoreStage {
 public:
  // `over`: a directory may have entries, and a file or symlink may be there: it is replaced. `key` says what
  // is restored and how: a directory of which a restore with that key to that path was killed is gone on
  // with, and is there after an error too. Without one each begins anew. failed: `path` exists and is not an
  // empty directory (for a file or symlink: exists), or its parent is not there; another process restores the
  // same there.
  static Result<RestoreStage> create(const std::string& path, bool for_directory, bool over = false,
                                     const std::string& key = {});
  RestoreStage(RestoreStage&&) noexcept;
  RestoreStage& operator=(RestoreStage&&) = delete;
  ~RestoreStage();

  // What create() asks of the target. Whether it is a directory that stands there.
  static Result<bool> look_at_target(const std::string& path, bool for_directory, bool over);
  // failed: something stands in the directory `target` beside `but`; `path` is for messages.
  static Status check_empty(int target, const std::string& path, const std::string& but);

  // What is restored is made in it: a file or symlink under the name kContent; a directory's entries.
  int directory() const { return directory_.number(); }
  static constexpr const char* kContent = "content";
  const std::string& path() const;

  // Whether an earlier restore left entries in it, whole ones and others.
  bool resumed() const { return resumed_; }
  // The plan of the merge_into that was interrupted, if one was, and the target is still what it led to.
  const std::optional<std::string>& merge_begun() const { return merge_begun_; }

  // What a directory is given when all that belongs into it is there, by a descriptor of it.
  using Finish = std::function<Status(int directory)>;
  // A directory has the mode that mkdir would give it, unless `finish` says otherwise.
  Status promote(const Finish& finish = {});
  // Whether the target is a directory that was there before.
  bool target_stands() const { return target_stands_; }
  // In place of promote(), of such a directory: `merge` moves all that is in the stage, and then `finish` is
  // given the target. `plan` is kept until then, for whoever goes on.
  using Merge = std::function<Status()>;
  Status merge_into(const std::string& plan, const Merge& merge, const Finish& finish);
  // Which directory `directory` is, for as long as there is a file system: what a merge notes before its
  // plan, with a zero behind. Empty where that cannot be told.
  static std::string identity(int directory);
  // The stage's own name in the target; empty: it is not in there.
  std::string name_in_target() const;

  // The destructor leaves what is there.
  void keep();
  // Whether it can be gone on with then: not on every file system.
  bool can_be_found() const;
  // Paths of stages beside it that were left and that nobody is at work in, with what they restore to.
  std::vector<std::string> others() const;

 private:
  RestoreStage(std::string path, bool for_directory, bool over);

  Status make(const std::string& key);
  Status look_for_others();
  void look_at_merge();
  Status promote_entries();

  std::string path_;
  bool for_directory_;
  bool over_;
  bool target_stands_ = false;
  bool inside_ = false;  // the stage is in the target itself
  bool resumed_ = false;
  std::optional<std::string> merge_begun_;
  std::unique_ptr<StageDirectory> stage_;
  Descriptor directory_;
};

}  // namespace penstock
