// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/dag_link.h"
#include "dag/meta_list_builder.h"
#include "dag/put_record.h"
#include "pipeline/entry_meta.h"
#include "pipeline/owner_names.h"
#include "pipeline/put.h"

namespace penstock {

// Builds the metadata beside the content, in stream order: TreeAssembler tells it each entry that it adds.
// Memory: as MetaListBuilder for each open directory; of each file with several links, some 150 bytes. One
// thread at a time.
class MetaAssembler {
 public:
  // `report` may be empty; it is told of further names whose first was dropped.
  MetaAssembler(BlockSink& sink, std::function<void(const Error&)> report)
      : sink_(&sink), report_(std::move(report)), tops_(sink) {}

  Status begin_directory(const EntryMeta& meta);
  Status end_directory();
  // A file, whose `content` is what was read of it; or a symlink or special file, with none.
  Status add(EntryMeta meta, const std::optional<DagLink>& content);
  // A further name of a file that was met: its content, which need not be read again. Nothing: the first name
  // was dropped, and so is this one, unless it is known by itself.
  Result<std::optional<DagLink>> add_link(EntryMeta meta);

  // An entry that could not be read, and is not added.
  void miss(const std::string& name);

  // Top-level entries so far that have no content.
  uint64_t special_tops() const { return special_tops_; }
  // Of further names: that they were added, or dropped.
  const PutCounters& counters() const { return counters_; }

  // The metadata's root. `several`: the content is a directory of the top-level entries; `reported`: entries
  // that something was told of, further names that were dropped not counted.
  Result<Cid> finish(bool several, const MetadataOptions& options, uint64_t reported);
  // What is missing, and behind finish() all that was told of.
  const PutShortfall& unread() const { return unread_; }

 private:
  struct OpenDirectory {
    EntryMeta meta;
    MetaListBuilder list;
    size_t path_bytes = 0;  // of path_ above it
  };
  // The first name of a file with several links.
  struct FirstName {
    uint64_t device = 0;
    uint32_t type = 0;  // of its mode
    uint64_t size = 0;  // as it was looked at
    FileTime ctime;
    FileTime mtime;
    std::string path;
    DagLink content;
    uint64_t names = 1;
    std::optional<ScanMark> mark;
  };

  Status put_entry(const EntryMeta& meta);
  std::string path_of(const std::string& name) const;
  void remember(const EntryMeta& meta, const DagLink& content);
  FirstName* first_name(const EntryMeta& meta);
  void tell_changed(const EntryMeta& meta);
  static void link_to(EntryMeta& meta, FirstName& first);
  Result<std::optional<Cid>> put_groups();

  BlockSink* sink_;
  std::function<void(const Error&)> report_;
  MetaListBuilder tops_;
  std::vector<std::string> top_names_;
  std::vector<OpenDirectory> open_;
  std::string path_;  // of the innermost open directory, from the top-level name on
  std::unordered_map<uint64_t, std::vector<FirstName>> first_names_;  // by inode
  OwnerNames owners_;
  uint64_t special_tops_ = 0;
  PutShortfall unread_;
  size_t unread_bytes_ = 0;
  PutCounters counters_;
};

}  // namespace penstock
