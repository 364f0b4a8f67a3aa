// SPDX-License-Identifier: Apache-2.0
#include "pipeline/meta_assembler.h"

#include <algorithm>

#include "base/check.h"
#include "dag/hard_link_list.h"
#include "dag/meta_root.h"
#include "pipeline/met_files.h"

namespace penstock {

std::string MetaAssembler::path_of(const std::string& name) const {
  return open_.empty() ? name : path_ + "/" + name;
}

Status MetaAssembler::begin_directory(const EntryMeta& meta) {
  const size_t path_bytes = path_.size();
  path_ = path_of(meta.entry.name);
  open_.push_back({meta, MetaListBuilder(*sink_), path_bytes});
  return {};
}

Status MetaAssembler::end_directory() {
  PENSTOCK_CHECK(!open_.empty());
  PENSTOCK_TRY_ASSIGN(const MetaListLinks links, open_.back().list.finish());
  EntryMeta meta = std::move(open_.back().meta);
  path_.resize(open_.back().path_bytes);
  open_.pop_back();
  meta.entry.list = links.list;
  meta.item.list = links.scan;
  return put_entry(meta);
}

Status MetaAssembler::add(EntryMeta meta, const std::optional<DagLink>& content) {
  if ((meta.entry.mode & kModeType) == kModeFile) {
    PENSTOCK_CHECK(content.has_value());
    meta.entry.size = content->content_bytes;
    if (meta.links > 1) remember(meta, *content);
  } else if (meta.links > 1) {
    // Symlinks and special files are met anew by each of their names.
    if (FirstName* const first = first_name(meta)) {
      link_to(meta, *first);
    } else {
      tell_changed(meta);
      remember(meta, {});
    }
  }
  if (open_.empty() && !has_content(meta.entry)) ++special_tops_;
  return put_entry(meta);
}

void MetaAssembler::remember(const EntryMeta& meta, const DagLink& content) {
  FirstName first;
  first.device = meta.device;
  first.type = meta.entry.mode & kModeType;
  first.size = meta.size;
  first.ctime = meta.ctime;
  first.mtime = meta.entry.mtime;
  first.path = path_of(meta.entry.name);
  first.content = content;
  first.mark = meta.item.mark;
  first_names_[meta.inode].push_back(std::move(first));
}

// Of the same kind and times: otherwise the number was given to another file meanwhile, or this one has
// changed.
MetaAssembler::FirstName* MetaAssembler::first_name(const EntryMeta& meta) {
  const auto found = first_names_.find(meta.inode);
  if (found == first_names_.end()) return nullptr;
  const auto first = std::ranges::find_if(found->second, [&](const FirstName& name) {
    return name.device == meta.device && name.type == (meta.entry.mode & kModeType) &&
           name.size == meta.size && name.ctime == meta.ctime && name.mtime == meta.entry.mtime;
  });
  return first == found->second.end() ? nullptr : &*first;
}

// Of a symlink or special file that is no further name: whether one of its inode was met as something else.
void MetaAssembler::tell_changed(const EntryMeta& meta) {
  const auto found = first_names_.find(meta.inode);
  if (found == first_names_.end() ||
      std::ranges::none_of(found->second, [&](const FirstName& name) { return name.device == meta.device; }))
    return;
  ++counters_.entries_reported;
  if (report_) report_({Errc::partial, path_of(meta.entry.name), kChangedName, kChangedNameRemedy});
}

// One that is too deep for a link stands by itself. What was read belongs to the first name's mark: where
// this one was looked at later and has another, the file has changed since.
void MetaAssembler::link_to(EntryMeta& meta, FirstName& first) {
  if (meta.item.mark != first.mark) meta.item.mark.reset();
  if (!hard_link_path_fault(first.path).empty()) return;
  meta.entry.hard_link = first.path;
  ++first.names;
}

Result<std::optional<DagLink>> MetaAssembler::add_link(EntryMeta meta) {
  FirstName* const first = first_name(meta);
  if (first == nullptr && meta.known) {
    const DagLink known = *meta.known;
    ++counters_.files;
    counters_.bytes_content += known.content_bytes;
    counters_.bytes_unchanged += known.content_bytes;
    PENSTOCK_TRY(add(std::move(meta), known));
    return std::optional(known);
  }
  if (first == nullptr) {
    ++counters_.entries_reported;
    miss(meta.entry.name);
    if (report_) {
      report_({Errc::partial, path_of(meta.entry.name),
               "is another name of a file that could not be read: not stored", "see the lines above"});
    }
    return std::optional<DagLink>();
  }
  meta.entry.size = first->content.content_bytes;
  link_to(meta, *first);
  ++counters_.files;
  ++counters_.files_linked;
  counters_.bytes_content += first->content.content_bytes;
  counters_.bytes_linked += first->content.content_bytes;
  PENSTOCK_TRY(put_entry(meta));
  return std::optional(first->content);
}

// Of those that do not fit the first are kept: a reader is to see that some are not named.
void MetaAssembler::miss(const std::string& name) {
  const std::string path = path_of(name);
  const bool ascends = unread_.paths.empty() || walks_before(unread_.paths.back(), path);
  const bool fits = ascends && unread_.all_named() && unread_fits(path, unread_bytes_);
  if (fits) unread_.paths.push_back(path);
  ++unread_.missing;
}

Status MetaAssembler::put_entry(const EntryMeta& meta) {
  size_t value = 0;
  for (const Xattr& attribute : meta.entry.xattrs) {
    const Cid* const cid = std::get_if<Cid>(&attribute.value);
    if (cid == nullptr) continue;
    PENSTOCK_CHECK(value < meta.long_values.size());
    PENSTOCK_TRY(sink_->put(*cid, meta.long_values[value++]));
  }
  owners_.met(meta.entry);
  if (!open_.empty()) return open_.back().list.add(meta.entry, meta.item);
  top_names_.push_back(meta.entry.name);
  return tops_.add(meta.entry, meta.item);
}

Result<std::optional<Cid>> MetaAssembler::put_groups() {
  std::vector<HardLinkGroup> groups;
  for (const auto& [inode, names] : first_names_) {
    for (const FirstName& first : names) {
      if (first.names > 1) groups.push_back({first.path, first.names});
    }
  }
  std::ranges::sort(groups, walks_before, &HardLinkGroup::path);
  return put_hard_links(*sink_, groups);
}

Result<Cid> MetaAssembler::finish(bool several, const MetadataOptions& options, uint64_t reported) {
  PENSTOCK_CHECK(open_.empty());
  unread_.reported = std::max(reported + counters_.entries_reported, unread_.missing);
  MetaRoot root;
  PENSTOCK_TRY_ASSIGN(const MetaListLinks tops, tops_.finish());
  root.tops = tops.list;
  root.several = several;
  const std::vector<uint8_t> scan = encode_scan_root(tops.scan);
  root.scan = cid_of(Multicodec::dag_cbor, scan);
  PENSTOCK_TRY(sink_->put(*root.scan, scan));
  PENSTOCK_TRY_ASSIGN(root.hard_links, put_groups());
  size_t bytes = 0;
  for (const std::string& name : top_names_) {
    const auto path = options.from.find(name);
    if (path == options.from.end()) break;
    bytes += from_bytes(path->second);
    root.from.push_back(path->second);
  }
  if (root.from.size() != top_names_.size() || bytes > kFromBytesMax) root.from.clear();
  root.users = owners_.users();
  root.groups = owners_.groups();
  root.unread = unread_;
  root.choice = options.choice;
  PENSTOCK_TRY_ASSIGN(const std::vector<uint8_t> block, encode_meta_root(root));
  const Cid cid = cid_of(Multicodec::dag_cbor, block);
  PENSTOCK_TRY(sink_->put(cid, block));
  return cid;
}

}  // namespace penstock
