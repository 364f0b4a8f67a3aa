// SPDX-License-Identifier: Apache-2.0
#include "mount/upper_folders.h"

#include <algorithm>

namespace penstock {
namespace {

const CommitFolders::Group* find_group(const CommitFolders::Groups& groups, std::string_view name) {
  const auto found = groups.find(name);
  return found == groups.end() ? nullptr : &found->second;
}

}  // namespace

Status UpperFolders::learn() {
  PENSTOCK_TRY_ASSIGN(const auto generation, store_->fresh());
  const auto commits = generation->store().commits();
  {
    const std::lock_guard lock(mutex_);
    if (commits.size() <= commits_known_) return {};
  }
  // Before the lock: who has a reader may wait for that.
  const StoreGeneration::Lent reader = generation->lend(0);
  const std::lock_guard lock(mutex_);
  PENSTOCK_TRY(folders_.update(commits, *reader->blocks, report_));
  commits_known_ = std::max(commits_known_, commits.size());
  return {};
}

const CommitFolders::Group* UpperFolders::group_of(const MountNode& directory) const {
  switch (directory.kind) {
    case MountNode::Kind::commits:
      return &folders_.all();
    case MountNode::Kind::name:
      return find_group(folders_.names(), directory.name);
    case MountNode::Kind::host:
      return find_group(folders_.hosts(), directory.name);
    default:
      return nullptr;
  }
}

const CommitFolders::Groups* UpperFolders::groups_of(const MountNode& directory) const {
  if (directory.kind == MountNode::Kind::names) return &folders_.names();
  if (directory.kind == MountNode::Kind::hosts) return &folders_.hosts();
  return nullptr;
}

std::vector<std::string> UpperFolders::names(const MountNode& directory) {
  if (directory.kind == MountNode::Kind::root) return {"commits", "hosts", "names"};
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  if (const auto* groups = groups_of(directory)) {
    for (const auto& [name, group] : *groups) names.push_back(name);
  } else if (const auto* group = group_of(directory)) {
    for (const auto& [name, cid] : group->commits) names.push_back(name);
    if (!group->latest.empty()) names.emplace_back(kLatest);
  }
  return names;
}

std::optional<UpperFolders::Named> UpperFolders::find(const MountNode& directory, std::string_view name) {
  using Kind = MountNode::Kind;
  if (directory.kind == Kind::root) {
    if (name == "commits") return Named{Kind::commits, std::nullopt};
    if (name == "names") return Named{Kind::names, std::nullopt};
    if (name == "hosts") return Named{Kind::hosts, std::nullopt};
    return std::nullopt;
  }
  const std::lock_guard lock(mutex_);
  if (const auto* groups = groups_of(directory)) {
    if (!groups->contains(name)) return std::nullopt;
    return Named{directory.kind == Kind::names ? Kind::name : Kind::host, std::nullopt};
  }
  const auto* group = group_of(directory);
  if (group == nullptr) return std::nullopt;
  if (name == kLatest && !group->latest.empty()) return Named{Kind::latest, std::nullopt};
  const auto found = group->commits.find(name);
  if (found == group->commits.end()) return std::nullopt;
  return Named{Kind::entry, found->second};
}

std::string UpperFolders::latest(const MountNode& directory) {
  const std::lock_guard lock(mutex_);
  const auto* group = group_of(directory);
  return group == nullptr ? "" : group->latest;
}

}  // namespace penstock
