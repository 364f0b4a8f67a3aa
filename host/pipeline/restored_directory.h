// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "base/result.h"
#include "pipeline/restore_stage.h"

namespace penstock {

// A directory of what is restored, while the walk is in it. It is made when the first thing in it is: of
// those that are only passed through nothing is left. One thread.
class RestoredDirectory {
 public:
  explicit RestoredDirectory(int number) : number_(number) {}  // there already; the caller's
  // `resumed`: an earlier restore may have made it, or something else in its place.
  RestoredDirectory(RestoredDirectory& above, std::string name, std::string path, bool has_metadata,
                    bool resumed)
      : above_(&above),
        name_(std::move(name)),
        path_(std::move(path)),
        has_metadata_(has_metadata),
        resumed_(resumed) {}

  const std::string& path() const { return path_; }
  // Its mode while it is nobody's but the restore's: by it TreeMerge knows how open what it is merged into
  // may be.
  void carry_mode(unsigned mode) { mode_ = mode & 0777; }
  // Its descriptor; makes it, and what is above it, where that has not been done.
  Result<int> make();
  bool made() const { return number_ >= 0; }

 private:
  Status clear_place(int above);

  RestoredDirectory* above_ = nullptr;
  std::string name_;
  std::string path_;
  bool has_metadata_ = false;  // gets its mode later
  bool resumed_ = false;
  unsigned mode_ = 0;  // 0: as it was made
  int number_ = -1;
  Descriptor directory_;
};

}  // namespace penstock
