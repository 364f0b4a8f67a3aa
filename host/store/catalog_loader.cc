// SPDX-License-Identifier: Apache-2.0
#include "store/catalog_loader.h"

#include <array>

#include "store/segment_contents.h"

namespace penstock {
namespace {

constexpr size_t kBatchEntries = 4096;

class CatalogLoader {
 public:
  CatalogLoader(const StoreSite& site, LoadedCatalog& loaded) : site_(&site), loaded_(&loaded) {}

  Status open_for_writing(bool discard);
  void open_for_reading();
  Status complete(std::span<const Watermark> extents);

 private:
  Result<std::unique_ptr<Index>> open(bool discard) const;
  Status read_coverage(Index& index);
  Status add(const IndexEntry& entry);
  Status hand_over(std::span<const Coverage> coverage);

  const StoreSite* site_;
  LoadedCatalog* loaded_;
  std::vector<IndexEntry> batch_;
};

Result<std::unique_ptr<Index>> CatalogLoader::open(bool discard) const {
  IndexOpening opening;
  opening.directory = site_->paths.index();
  opening.writable = site_->access == Access::write;
  opening.discard = discard;
  opening.uuid = site_->uuid.text();
  return site_->options.index_factory(opening);
}

Status CatalogLoader::read_coverage(Index& index) {
  loaded_->covered = {};
  return index.for_each_coverage([&](Coverage covered) {
    loaded_->covered.set({covered.segment, covered.bytes});
  });
}

Status CatalogLoader::open_for_writing(bool discard) {
  if (!discard) {
    auto index = open(false);
    const Status usable = index ? read_coverage(**index) : Status(Failure(index.error()));
    if (usable) {
      loaded_->contents.index = std::move(*index);
      return {};
    }
    site_->notice("the index cannot be used and is rebuilt: " + usable.error().why);
  }
  PENSTOCK_TRY_ASSIGN(loaded_->contents.index, open(true));
  return read_coverage(*loaded_->contents.index);
}

// The writer may replace the index's files at any moment, so one more attempt is made.
void CatalogLoader::open_for_reading() {
  std::string why;
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto index = open(false);
    const Status usable = index ? read_coverage(**index) : Status(Failure(index.error()));
    if (usable) {
      loaded_->contents.index = std::move(*index);
      return;
    }
    why = usable.error().why;
  }
  loaded_->covered = {};
  site_->notice("the index cannot be used (the next writer rebuilds it); reading the segments instead: " +
                why);
}

Status CatalogLoader::hand_over(std::span<const Coverage> coverage) {
  PENSTOCK_TRY(loaded_->contents.index->insert(batch_, coverage));
  batch_.clear();
  return {};
}

Status CatalogLoader::add(const IndexEntry& entry) {
  if (site_->access == Access::read) {
    loaded_->contents.overlay.add(entry);
    return {};
  }
  batch_.push_back(entry);
  return batch_.size() < kBatchEntries ? Status() : hand_over({});
}

Status CatalogLoader::complete(std::span<const Watermark> extents) {
  const SegmentVisitor visitor{[&](const IndexEntry& entry) { return add(entry); },
                               [&](const DamagedRange& range) { loaded_->damage.push_back(range); }};
  size_t segments_read = 0;
  for (const Watermark& extent : extents) {
    const uint32_t known = loaded_->covered.of(extent.segment);
    if (known >= extent.bytes) continue;
    ++segments_read;
    PENSTOCK_TRY(visit_segment(*site_->files, site_->paths, site_->uuid, extent, known, visitor));
    if (site_->access == Access::read) continue;
    const Coverage covered{extent.segment, extent.bytes};
    PENSTOCK_TRY(hand_over(std::span(&covered, 1)));
  }
  const bool rebuilt = loaded_->covered.list().empty() && segments_read > 0;
  if (rebuilt && site_->access == Access::write) {
    site_->notice("the index was missing and is rebuilt from " + std::to_string(segments_read) + " segments");
  }
  loaded_->contents.overlay.seal();
  loaded_->contents.damaged = !loaded_->damage.empty();
  return {};
}

}  // namespace

Result<LoadedCatalog> load_catalog(const StoreSite& site, std::span<const Watermark> extents, bool discard) {
  LoadedCatalog loaded;
  CatalogLoader loader(site, loaded);
  if (site.access == Access::write) {
    PENSTOCK_TRY(loader.open_for_writing(discard));
  } else if (!extents.empty() && !discard) {
    loader.open_for_reading();
  }
  PENSTOCK_TRY(loader.complete(extents));
  return loaded;
}

}  // namespace penstock
