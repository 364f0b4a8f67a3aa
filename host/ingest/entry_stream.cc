// SPDX-License-Identifier: Apache-2.0
#include "ingest/entry_stream.h"

#include <algorithm>
#include <utility>

#include "ingest/descriptor_entry_stream.h"
#include "ingest/top_level_path.h"
#include "ingest/tree_entry_stream.h"

namespace penstock {

Result<std::unique_ptr<EntryStream>> open_paths(const std::vector<std::string>& paths,
                                                const EntryOptions& options) {
  PENSTOCK_TRY_ASSIGN(std::vector<TopLevelPath> tops, resolve_top_level(paths));
  if (options.metadata) std::ranges::sort(tops, {}, &TopLevelPath::name);
  return std::make_unique<TreeEntryStream>(std::move(tops), options);
}

std::unique_ptr<EntryStream> open_descriptor(int fd, std::string name) {
  return std::make_unique<DescriptorEntryStream>(fd, std::move(name));
}

}  // namespace penstock
