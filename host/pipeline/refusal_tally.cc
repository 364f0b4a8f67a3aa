// SPDX-License-Identifier: Apache-2.0
#include "pipeline/refusal_tally.h"

#include <functional>

namespace penstock {
namespace {

struct Words {
  std::string_view text;
  std::string_view key;
};

constexpr std::array<Words, kRefusedKinds> kWords = {{{"owner", "owner"},
                                                      {"mode bits", "mode_bits"},
                                                      {"extended attributes", "xattrs"},
                                                      {"ACLs", "acls"},
                                                      {"capabilities", "capabilities"},
                                                      {"modification time", "time"},
                                                      {"special files", "special_files"}}};

size_t path_key(Refused what, const std::string& path) {
  return std::hash<std::string>()(path) * kRefusedKinds + static_cast<size_t>(what);
}

}  // namespace

std::string_view refused_text(Refused what) {
  return kWords[static_cast<size_t>(what)].text;
}

std::string_view refused_key(Refused what) {
  return kWords[static_cast<size_t>(what)].key;
}

void RefusalTally::add(Refused what, const std::string& path, int error_number) {
  const std::lock_guard lock(mutex_);
  Count& count = counts_[static_cast<size_t>(what)];
  if (remembers_ && paths_.size() < kPathsMax) paths_.insert(path_key(what, path));
  if (count.times++ > 0) return;
  count.first_path = path;
  count.error_number = error_number;
}

void RefusalTally::remember_paths() {
  const std::lock_guard lock(mutex_);
  remembers_ = true;
}

bool RefusalTally::refused(Refused what, const std::string& path) const {
  const std::lock_guard lock(mutex_);
  if (counts_[static_cast<size_t>(what)].times == 0) return false;
  return !remembers_ || paths_.size() >= kPathsMax || paths_.contains(path_key(what, path));
}

RefusalTally::Count RefusalTally::of(Refused what) const {
  const std::lock_guard lock(mutex_);
  return counts_[static_cast<size_t>(what)];
}

uint64_t RefusalTally::all() const {
  const std::lock_guard lock(mutex_);
  uint64_t times = 0;
  for (const Count& count : counts_) times += count.times;
  return times;
}

}  // namespace penstock
