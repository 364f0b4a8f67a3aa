// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metadata_auditor.h"

#include <algorithm>
#include <array>
#include <utility>

#include "dag/directory_reader.h"
#include "dag/entry_name.h"
#include "hash/sha256.h"
#include "pipeline/restore_course.h"

namespace penstock {
namespace {

Digest key_of(const TreeDirectory& directory) {
  std::array<uint8_t, 2 * sizeof(Digest::bytes)> both{};
  if (directory.content) std::ranges::copy(directory.content->digest.bytes, both.begin());
  if (directory.list) std::ranges::copy(directory.list->digest.bytes, both.begin() + sizeof(Digest::bytes));
  return sha256(both);
}

}  // namespace

Status MetadataAuditor::check(const CommitTree& tree, const Tell& damage, const Tell& note) {
  bare_ = 0;
  const TreeEntry& top = tree.top;
  // Of one thing that is no directory the metadata has been compared when the tree was opened.
  if (top.content && top.list) PENSTOCK_TRY(walk(top.directory(), "", 0, damage));
  if (bare_ > 0)
    note({Errc::corrupt, tree.cid.text(),
          std::to_string(bare_) + " of its entries have no metadata, first '" + printable(first_bare_) + "'",
          "restore them all the same: their content is whole"});
  return {};
}

Status MetadataAuditor::walk(const TreeDirectory& directory, const std::string& path, size_t depth,
                             const Tell& damage) {
  if (depth > kDirectoryDepthMax || !seen_.insert(key_of(directory)).second) return {};
  const auto report = [&](const Error& error) {
    if (!is_join_fault(error)) return;
    Error named = error;
    named.why += path.empty() ? "" : ", in '" + printable(path) + "'";
    damage(named);
  };
  auto cursor = TreeCursor::open(*source_, directory, report);
  if (!cursor) return is_damage(cursor.error()) ? Status() : Status(Failure(cursor.error()));
  while (true) {
    const auto next = cursor->next();
    if (!next) return is_damage(next.error()) ? Status() : Status(Failure(next.error()));
    if (!*next) return {};
    const TreeEntry& entry = **next;
    const std::string below = path.empty() ? entry.name : path + "/" + entry.name;
    if (!entry.meta && bare_++ == 0) first_bare_ = below;
    if (entry.content && entry.meta && is_directory(*entry.meta))
      PENSTOCK_TRY(walk(entry.directory(), below, depth + 1, damage));
  }
}

}  // namespace penstock
