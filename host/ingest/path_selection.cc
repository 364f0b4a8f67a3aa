// SPDX-License-Identifier: Apache-2.0
#include "ingest/path_selection.h"

#include <algorithm>
#include <utility>

namespace penstock {
namespace {

std::string_view without_end_slash(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

// A slash stands before all other bytes, so that what is below a path comes right behind it.
bool is_before(std::string_view one, std::string_view other) {
  const auto rank = [](char byte) { return byte == '/' ? 0 : static_cast<unsigned char>(byte); };
  return std::ranges::lexicographical_compare(one, other, {}, rank, rank);
}

bool is_below(std::string_view path, std::string_view directory) {
  return path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
}

}  // namespace

PathSelection::PathSelection(std::vector<std::string> paths) : paths_(std::move(paths)) {
  for (std::string& path : paths_)
    if (path.ends_with('/')) path.pop_back();
  std::ranges::sort(paths_, is_before);
  paths_.erase(std::unique(paths_.begin(), paths_.end()), paths_.end());
}

bool PathSelection::contains(std::string_view path) const {
  return std::ranges::binary_search(paths_, without_end_slash(path), is_before);
}

size_t PathSelection::first_below(std::string_view path) const {
  const auto first = std::ranges::upper_bound(paths_, without_end_slash(path), is_before);
  return static_cast<size_t>(first - paths_.begin());
}

bool PathSelection::leads_below(std::string_view path) const {
  const size_t first = first_below(path);
  return first < paths_.size() && is_below(paths_[first], without_end_slash(path));
}

size_t PathSelection::count_below(std::string_view path) const {
  path = without_end_slash(path);
  const auto first = paths_.begin() + static_cast<ptrdiff_t>(first_below(path));
  const auto end = std::partition_point(first, paths_.end(),
                                        [path](const std::string& one) { return is_below(one, path); });
  return static_cast<size_t>(end - first);
}

std::vector<std::string> PathSelection::names_below(std::string_view path) const {
  path = without_end_slash(path);
  std::vector<std::string> names;
  auto at = paths_.begin() + static_cast<ptrdiff_t>(first_below(path));
  while (at != paths_.end() && is_below(*at, path)) {
    const std::string_view rest = std::string_view(*at).substr(path.size() + 1);
    const std::string_view child(at->data(), path.size() + 1 + rest.substr(0, rest.find('/')).size());
    names.emplace_back(child.substr(path.size() + 1));
    at = std::partition_point(
        at, paths_.end(), [child](const std::string& one) { return one == child || is_below(one, child); });
  }
  return names;
}

std::string PathSelection::common_path() const {
  if (paths_.empty()) return "/";
  std::string_view common = paths_.front();
  while (!std::ranges::all_of(
      paths_, [common](const std::string& one) { return one == common || is_below(one, common); }))
    common = common.substr(0, common.rfind('/'));
  return common.empty() ? "/" : std::string(common);
}

}  // namespace penstock
