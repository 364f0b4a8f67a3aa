// SPDX-License-Identifier: Apache-2.0
#include "dag/meta_list_reader.h"

#include <utility>

#include "dag/entry_name.h"

namespace penstock {
namespace {

bool bytes_before(std::string_view a, std::string_view b) {
  return a < b;
}

}  // namespace

MetaListReader::MetaListReader(BlockSource& source, const Cid& list, std::optional<Cid> scan)
    : shards_(source, list, scan, bytes_before) {}

Result<std::optional<MetaEntry>> MetaListReader::next() {
  if (held_) {
    item_ = std::exchange(held_item_, {});
    return std::exchange(held_, std::nullopt);
  }
  auto entry = take();
  item_ = taken_item_;
  return entry;
}

Result<std::optional<MetaEntry>> MetaListReader::take() {
  taken_item_ = {};
  PENSTOCK_TRY_ASSIGN(const bool more, shards_.next());
  if (!more) return std::optional<MetaEntry>();
  Result<MetaEntry> entry = take_meta_entry(shards_.entries());
  if (!entry) return shards_.fault(entry.error());
  PENSTOCK_TRY(shards_.took(entry->name));
  if (CborReader* const items = shards_.items()) {
    Result<ScanItem> item = take_scan_item(*items);
    if (item && item->list.has_value() == is_directory(*entry)) {
      taken_item_ = *std::move(item);
    } else {
      shards_.drop_mirror();
    }
  }
  return std::optional<MetaEntry>(*std::move(entry));
}

Status MetaListReader::seek(std::string_view name) {
  if (held_ && held_->name >= name) return {};
  held_.reset();
  shards_.skip_to(name);
  while (true) {
    PENSTOCK_TRY_ASSIGN(std::optional<MetaEntry> entry, take());
    if (!entry) return {};
    if (entry->name >= name) {
      held_ = std::move(entry);
      held_item_ = taken_item_;
      return {};
    }
    shards_.skip_to(name);
  }
}

Result<MetaEntry> look_up_meta(BlockSource& source, const Cid& list, std::string_view name) {
  MetaListReader reader(source, list);
  PENSTOCK_TRY(reader.seek(name));
  PENSTOCK_TRY_ASSIGN(std::optional<MetaEntry> entry, reader.next());
  if (!entry || entry->name != name)
    return fail(Errc::absent, "'" + printable(name) + "'", "the metadata has no such entry");
  return *std::move(entry);
}

}  // namespace penstock
