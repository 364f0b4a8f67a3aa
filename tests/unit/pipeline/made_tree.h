// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "dag/directory_builder.h"
#include "dag/file_builder.h"
#include "dag/meta_list_builder.h"
#include "dag/tree_cursor.h"

namespace penstock {

// One entry of a tree that a test makes by hand, with content and metadata as it likes.
struct MadeEntry {
  MetaEntry meta;
  std::vector<uint8_t> content{};    // file
  std::string target{};              // symlink
  std::vector<MadeEntry> entries{};  // directory, in any order
  bool bare = false;                 // without metadata
  std::optional<DagLink> other{};    // in place of what content, target and entries would give
};

inline MetaEntry made_meta(std::string name, uint32_t mode, FileTime mtime = {1'500'000'000, 5}) {
  MetaEntry meta;
  meta.name = std::move(name);
  meta.mode = mode;
  meta.mtime = mtime;
  return meta;
}
inline MadeEntry made_file(const std::string& name, std::vector<uint8_t> content, uint32_t mode = 0644) {
  MadeEntry entry{made_meta(name, kModeFile | mode)};
  entry.meta.size = content.size();
  entry.content = std::move(content);
  return entry;
}
inline MadeEntry made_directory(const std::string& name, std::vector<MadeEntry> entries,
                                uint32_t mode = 0755) {
  MadeEntry entry{made_meta(name, kModeDirectory | mode)};
  entry.entries = std::move(entries);
  return entry;
}
inline MadeEntry made_symlink(const std::string& name, std::string target) {
  MadeEntry entry{made_meta(name, kModeSymlink | 0777)};
  entry.target = std::move(target);
  return entry;
}
// A further name of the file whose first is `first` ("top/a").
inline MadeEntry made_link(const std::string& name, MadeEntry of, std::string first) {
  of.meta.name = name;
  of.meta.hard_link = std::move(first);
  return of;
}

// Puts `made` and all below it. An attribute's value of more than 256 bytes becomes a block.
inline TreeEntry put_made(BlockSink& sink, MadeEntry made, ScanItem& item) {
  TreeEntry entry;
  const uint32_t type = made.meta.mode & kModeType;
  DagLink link;
  if (type == kModeDirectory) {
    std::ranges::sort(made.entries, {}, [](const MadeEntry& one) { return one.meta.name; });
    DirectoryBuilder content(sink);
    std::vector<std::pair<MetaEntry, ScanItem>> rows;
    for (MadeEntry& below : made.entries) {
      ScanItem row;
      TreeEntry put = put_made(sink, below, row);
      if (put.content) {
        EXPECT_TRUE(content.add(below.meta.name, {*put.content, 0, put.dag_bytes}));
      }
      if (put.meta) rows.emplace_back(*put.meta, row);
    }
    link = content.finish().value();
    MetaListBuilder list(sink);
    for (const auto& [meta, row] : rows) EXPECT_TRUE(list.add(meta, row)) << meta.name;
    const MetaListLinks links = list.finish().value();
    made.meta.list = links.list;
    item.list = links.scan;
  } else if (type == kModeSymlink) {
    link = put_symlink(sink, made.target).value();
  } else if (type == kModeFile) {
    FileBuilder file(sink, LinkLayout::content_cut, kLeafBytesMax);
    for (size_t at = 0; at < made.content.size(); at += 10'000) {
      const Bytes part = Bytes(made.content).subspan(at, std::min<size_t>(10'000, made.content.size() - at));
      const Cid leaf = cid_of(Multicodec::raw, part);
      EXPECT_TRUE(sink.put(leaf, part));
      EXPECT_TRUE(file.add_leaf(leaf.digest, static_cast<uint32_t>(part.size())));
    }
    link = file.finish().value();
  }
  for (Xattr& xattr : made.meta.xattrs) {
    const auto* value = std::get_if<std::vector<uint8_t>>(&xattr.value);
    if (value == nullptr || value->size() <= kXattrInlineBytesMax) continue;
    const Cid block = cid_of(Multicodec::raw, *value);
    EXPECT_TRUE(sink.put(block, *value));
    xattr.value = block;
  }
  if (made.other) link = *made.other;
  entry.name = made.meta.name;
  if (has_content(made.meta)) {
    entry.content = link.cid;
    entry.dag_bytes = link.dag_bytes;
  }
  if (!made.bare) {
    entry.list = made.meta.list;
    entry.meta = std::move(made.meta);
  }
  return entry;
}

}  // namespace penstock
