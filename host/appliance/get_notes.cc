// SPDX-License-Identifier: Apache-2.0
#include "appliance/get_notes.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "appliance/line_text.h"
#include "dag/commit.h"

namespace penstock {
namespace {

namespace fs = std::filesystem;

constexpr size_t kCommitsLookedAt = 256;

}  // namespace

void note_commit_of_root(const ObjectName& name, const Cid& root, const Store& store, BlockSource& source,
                         Console& console) {
  const auto commits = store.commits();
  const size_t count = std::min(commits.size(), kCommitsLookedAt);
  for (size_t back = 1; back <= count; ++back) {
    const Cid& cid = commits[commits.size() - back].cid;
    const auto commit = read_commit(source, cid);
    if (!commit || !commit->meta || commit->root != root) continue;
    const std::string path = name.path.empty() ? "" : "/" + name.path;
    return console.note(
        "content alone is restored; modes, owners, times and special files too with: penstock get " +
        cid.text() + line_text(path));
  }
}

void note_other_place(const CommitTree& tree, const std::string& path_in_tree, const std::string& path,
                      Console& console) {
  std::error_code error;
  if (!tree.meta || tree.meta->from.size() != 1 || !fs::is_directory(path, error) ||
      fs::is_empty(path, error))
    return;
  const fs::path from = fs::path(tree.meta->from.front() + "/" + path_in_tree).lexically_normal() / "";
  const fs::path here = fs::weakly_canonical(fs::absolute(path), error) / "";
  if (from.lexically_normal() == here.lexically_normal()) return;
  console.note("this was made of " + name_text(from.native()) + ", and --delete removes from " +
               name_text(here.native()) + " what was not there");
}

std::string output_of_leaf(const std::string& path, const ObjectName& name, const TreeEntry& entry) {
  std::error_code error;
  if (path.empty() || !fs::is_directory(path, error)) return path;
  const std::string own = name.path.empty() ? entry.name : name.path.substr(name.path.rfind('/') + 1);
  return own.empty() ? path : (fs::path(path) / own).string();
}

}  // namespace penstock
