// SPDX-License-Identifier: Apache-2.0
#include "pipeline/entry_events.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"

namespace penstock {

TreeEvent entry_event(Entry entry, PutCounters& counters, std::string& fault) {
  TreeEvent event;
  if (entry.status) {
    event.meta =
        std::make_unique<EntryMeta>(entry_meta(entry.name, *entry.status, std::move(entry.xattrs), fault));
  }
  if (!entry.xattr_fault.empty()) fault = xattr_fault_text(entry.xattr_fault);
  event.name = std::move(entry.name);
  switch (entry.kind) {
    case Entry::Kind::directory_begin:
      event.kind = TreeEvent::Kind::directory_begin;
      ++counters.directories;
      break;
    case Entry::Kind::directory_end:
      event.kind = TreeEvent::Kind::directory_end;
      break;
    case Entry::Kind::symlink:
      event.kind = TreeEvent::Kind::symlink;
      event.target = std::move(entry.target);
      ++counters.symlinks;
      break;
    case Entry::Kind::special:
      event.kind = TreeEvent::Kind::special;
      ++counters.specials;
      break;
    case Entry::Kind::file:
    case Entry::Kind::unreadable:
      PENSTOCK_CHECK(false);
  }
  return event;
}

FileMatch match_entry(Baseline& baseline, const Entry& entry) {
  PENSTOCK_CHECK(entry.status.has_value() && entry.found != nullptr);
  FileMatch match = baseline.match_file(entry.name, *entry.status);
  if (!match.known) return match;
  std::vector<std::string> names;
  const auto is_known = [&](const std::string& name) {
    return std::ranges::binary_search(match.known->xattrs, name, {}, &Xattr::name) ||
           !entry.found->can_read_xattr(name);
  };
  if (!entry.found->list_xattrs(names) || !std::ranges::all_of(names, is_known)) match.known.reset();
  return match;
}

EntryMeta known_file_meta(const std::string& name, const FileStatus& status, KnownFile known) {
  std::string fault;
  EntryMeta meta = entry_meta(name, status, {}, fault);
  meta.entry.xattrs = std::move(known.xattrs);
  meta.long_values = std::move(known.long_values);
  meta.known = known.content;
  return meta;
}

std::string xattr_fault_text(const std::string& why) {
  return "its extended attributes could not be read: " + why;
}

size_t xattr_bytes(const EntryMeta& meta) {
  size_t bytes = 0;
  for (const Xattr& attribute : meta.entry.xattrs) bytes += xattr_bytes(attribute);
  for (const std::vector<uint8_t>& value : meta.long_values) bytes += value.size();
  return bytes;
}

}  // namespace penstock
