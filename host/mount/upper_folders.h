// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mount/commit_folders.h"
#include "mount/live_store.h"
#include "mount/node_table.h"

namespace penstock {

// What is in the directories above the trees, which grow with the store. Any thread.
class UpperFolders {
 public:
  static constexpr std::string_view kLatest = "latest";

  UpperFolders(LiveStore& store, std::function<void(const Error&)> report)
      : store_(&store), report_(std::move(report)) {}

  // Learns of commits made meanwhile.
  Status learn();
  // The names in a directory of such a kind.
  std::vector<std::string> names(const MountNode& directory);
  // What `name` is there: a kind and, where it is a commit's folder, the commit; nothing if there is none.
  struct Named {
    MountNode::Kind kind = MountNode::Kind::root;
    std::optional<Cid> commit;
  };
  std::optional<Named> find(const MountNode& directory, std::string_view name);
  // Where the symlink `latest` in it leads: the newest commit's folder.
  std::string latest(const MountNode& directory);

 private:
  const CommitFolders::Group* group_of(const MountNode& directory) const;
  const CommitFolders::Groups* groups_of(const MountNode& directory) const;

  LiveStore* store_;
  std::function<void(const Error&)> report_;
  std::mutex mutex_;
  CommitFolders folders_;
  size_t commits_known_ = 0;
};

}  // namespace penstock
