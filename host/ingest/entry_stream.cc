// SPDX-License-Identifier: Apache-2.0
#include "ingest/entry_stream.h"

#include <unordered_map>
#include <utility>

#include "ingest/descriptor_entry_stream.h"
#include "ingest/top_level_path.h"
#include "ingest/tree_entry_stream.h"

namespace penstock {

Result<std::unique_ptr<EntryStream>> open_paths(const std::vector<std::string>& paths) {
  std::vector<TopLevelPath> tops;
  std::unordered_map<std::string, std::string> path_by_name;
  for (const std::string& given : paths) {
    PENSTOCK_TRY_ASSIGN(TopLevelPath top, TopLevelPath::resolve(given));
    const auto [earlier, is_new] = path_by_name.emplace(top.name, given);
    if (!is_new)
      return fail(Errc::usage, given,
                  "would be stored under the same name, '" + top.name + "', as " + earlier->second,
                  "put one of them alone, or the directory that holds both");
    tops.push_back(std::move(top));
  }
  return std::make_unique<TreeEntryStream>(std::move(tops));
}

std::unique_ptr<EntryStream> open_descriptor(int fd, std::string name) {
  return std::make_unique<DescriptorEntryStream>(fd, std::move(name));
}

}  // namespace penstock
