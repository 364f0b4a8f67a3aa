// SPDX-License-Identifier: Apache-2.0
#include "appliance/tree_search.h"

#include <string_view>
#include <utility>

#include "dag/directory_reader.h"
#include "dag/entry_name.h"
#include "dag/object_source.h"

namespace penstock {
namespace {

// The directory by what is in it, and where it stands: patterns and times are of both.
std::string key_of(const TreeDirectory& directory, std::string_view path) {
  std::string key;
  for (const auto& cid : {directory.content, directory.list}) {
    key += cid ? '+' : '-';
    if (cid) key += as_text(Bytes(cid->digest.bytes));
  }
  key += path;
  return key;
}

}  // namespace

Status TreeSearch::search(const CommitTree& tree) {
  ObjectSource blocks(*source_, tree.cid);
  path_.clear();
  levels_.clear();
  const Result<EntryKind> kind = entry_kind(blocks, tree.top);
  if (!kind) {
    if (kind.error().code == Errc::failed) return Failure(kind.error());
    tell_damage(kind.error());
    return {};
  }
  if (*kind != EntryKind::directory) {
    if (tree.top.name.empty()) return {};
    PENSTOCK_TRY_ASSIGN(const bool wanted, meets(tree.top, *kind, "/" + tree.top.name, blocks));
    return wanted ? found_({tree.top, *kind, path_}) : Status();
  }
  PENSTOCK_TRY(enter(tree.top, blocks));
  while (!levels_.empty()) {
    path_.resize(levels_.back().path_bytes);
    auto entry = levels_.back().cursor.next();
    if (!entry) return Failure(std::move(entry).error());
    if (!*entry) {
      leave();
      continue;
    }
    if (!path_.empty()) path_ += '/';
    path_ += (*entry)->name;
    PENSTOCK_TRY(visit(**entry, blocks));
  }
  return {};
}

Status TreeSearch::visit(const TreeEntry& entry, BlockSource& blocks) {
  const Result<EntryKind> kind = entry_kind(blocks, entry);
  if (!kind) {
    if (kind.error().code == Errc::failed) return Failure(kind.error());
    tell_damage(kind.error());
    return {};
  }
  PENSTOCK_TRY_ASSIGN(const bool wanted, meets(entry, *kind, "/" + path_, blocks));
  if (wanted) {
    ++events_;
    PENSTOCK_TRY(found_({entry, *kind, path_}));
  }
  return *kind == EntryKind::directory ? enter(entry, blocks) : Status();
}

Result<bool> TreeSearch::meets(const TreeEntry& entry, EntryKind kind, const std::string& path,
                               BlockSource& blocks) {
  Result<bool> met = wish_->met_by(blocks, entry, kind, path);
  if (met || met.error().code == Errc::failed) return met;
  tell_damage(met.error());
  return false;
}

Status TreeSearch::enter(const TreeEntry& entry, BlockSource& blocks) {
  const TreeDirectory directory = entry.directory();
  std::string key = key_of(directory, path_);
  if (barren_.contains(key)) return {};
  if (!wish_->pattern.may_match_below("/" + path_)) return {};
  if (levels_.size() >= kDirectoryDepthMax) {
    tell_damage({Errc::corrupt, "directory", "it is nested deeper than 1,024 levels", kMalformedRemedy});
    return {};
  }
  const uint64_t before = events_;
  auto cursor = TreeCursor::open(blocks, directory, [this](const Error& error) { tell_damage(error); });
  if (!cursor) {
    if (cursor.error().code == Errc::failed) return Failure(cursor.error());
    tell_damage(cursor.error());
    return {};
  }
  levels_.push_back({std::move(*cursor), path_.size(), before, std::move(key)});
  return {};
}

void TreeSearch::leave() {
  Level& level = levels_.back();
  if (level.found_before == events_ && barren_bytes_ + level.key.size() <= kRememberedBytesMax) {
    barren_bytes_ += kRememberedBytes + level.key.size();
    barren_.insert(std::move(level.key));
  }
  levels_.pop_back();
}

void TreeSearch::tell_damage(const Error& error) {
  ++events_;
  Error placed = error;
  placed.code = Errc::corrupt;
  placed.what = "'" + printable(path_) + "': " + placed.what;
  damage_(placed);
}

}  // namespace penstock
