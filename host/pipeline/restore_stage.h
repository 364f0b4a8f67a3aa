// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
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

// Where a restore writes until it is whole: a temporary directory beside the target, or inside it where that
// is an empty directory. promote() gives what was made its name; without it the destructor removes
// everything.
class RestoreStage {
 public:
  // failed: `path` exists and is not an empty directory (for a file or symlink: exists), or its parent is not
  // there.
  // `over`: a directory may have entries, and a file or symlink may be there: it is replaced.
  static Result<RestoreStage> create(const std::string& path, bool for_directory, bool over = false);
  RestoreStage(RestoreStage&&) noexcept;
  RestoreStage& operator=(RestoreStage&&) = delete;
  ~RestoreStage();

  // The temporary directory. What is restored is made in it: a file or symlink under the name content(); a
  // directory's entries.
  int directory() const { return directory_.number(); }
  static constexpr const char* kContent = "content";

  // What a directory is given when all that belongs into it is there, by a descriptor of it.
  using Finish = std::function<Status(int directory)>;
  // A directory has the mode that mkdir would give it, unless `finish` says otherwise.
  Status promote(const Finish& finish = {});
  // Whether the target is a directory that was there before.
  bool inside() const { return inside_; }
  // In place of promote(), of such a directory: `merge` moves all that is in the stage, and when that is gone
  // `finish` is given the target.
  using Merge = std::function<Status()>;
  Status merge_into(const Merge& merge, const Finish& finish);

 private:
  RestoreStage(std::string path, bool for_directory)
      : path_(std::move(path)), for_directory_(for_directory) {}

  Status promote_entries();
  Status remove_stage();

  std::string path_;
  bool for_directory_;
  bool over_ = false;
  bool inside_ = false;     // the stage is in the target itself, an existing empty directory
  std::string stage_path_;  // empty: nothing to remove
  Descriptor directory_;
};

}  // namespace penstock
