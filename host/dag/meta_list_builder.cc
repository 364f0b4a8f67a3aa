// SPDX-License-Identifier: Apache-2.0
#include "dag/meta_list_builder.h"

#include "dag/entry_name.h"

namespace penstock {

Status MetaListBuilder::add(const MetaEntry& entry, const ScanItem& item) {
  if (entry.name <= last_name_) {
    return fail(Errc::usage, "'" + printable(entry.name) + "'",
                "two entries of one directory have this name, or they came out of order",
                "rename one, or put them apart");
  }
  if (item.list.has_value() != is_directory(entry))
    return fail(Errc::usage, "'" + printable(entry.name) + "'",
                "what is no directory has a scan list, or one has none");
  entry_.clear();
  item_.clear();
  PENSTOCK_TRY(append_meta_entry(entry_, entry));
  append_scan_item(item_, item);
  last_name_ = entry.name;
  return shards_.add(entry.name, entry_, item_);
}

Result<MetaListLinks> MetaListBuilder::finish() {
  last_name_.clear();
  PENSTOCK_TRY_ASSIGN(const ShardedListBuilder::Links links, shards_.finish());
  return MetaListLinks{.list = links.list, .scan = *links.mirror, .entries = links.entries};
}

}  // namespace penstock
