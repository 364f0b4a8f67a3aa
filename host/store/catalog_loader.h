// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "store/block_catalog.h"
#include "store/store_site.h"

namespace penstock {

// What opening the index came to.
struct LoadedCatalog {
  CatalogContents contents;
  std::vector<DamagedRange> damage;  // found where segments were read
  Watermarks covered;                // what the index knew before; may lie beyond the watermarks
};

// Opens the index and reads from the segments what it lacks below `extents` (ascending): a writer hands that
// to the index in batches, a reader holds it in an overlay. An index that does not open is thrown away by a
// writer and done without by a reader, and that is said. `discard`: it is known to be damaged.
Result<LoadedCatalog> load_catalog(const StoreSite& site, std::span<const Watermark> extents, bool discard);

}  // namespace penstock
