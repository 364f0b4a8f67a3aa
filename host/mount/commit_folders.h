// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "store/logged_commit.h"

namespace penstock {

// A commit as a folder: "2026-11-21T12-00-00Z_" and the last 8 letters of its CID.
std::string commit_folder_name(const Cid& cid, int64_t time_ns);
// A commit's name or host as a folder's name: '/', '%' and control characters (C0, DEL, C1 in UTF-8) as %2F,
// %25, %0A and so on; "." and ".." as %2E and %2E%2E.
// Nothing, where there is none or it would be over 255 bytes.
std::string group_folder_name(std::string_view text);

// The folders of a mount's upper levels: which commits there are, by time, name and host. One thread.
class CommitFolders {
 public:
  // Folders of commits by their names, and the newest of them.
  struct Group {
    std::map<std::string, Cid, std::less<>> commits;
    std::string latest;  // empty: none
  };
  using Groups = std::map<std::string, Group, std::less<>>;

  // Learns of the commits that it does not know yet; `commits` are oldest first. One that is damaged is told
  // once and left out. failed: the system refused.
  Status update(std::span<const LoggedCommit> commits, BlockSource& source,
                const std::function<void(const Error&)>& report);

  const Group& all() const { return all_; }
  const Groups& names() const { return names_; }
  const Groups& hosts() const { return hosts_; }

 private:
  std::unordered_set<Cid, CidHash> known_;
  Group all_;
  Groups names_;
  Groups hosts_;
};

}  // namespace penstock
