// SPDX-License-Identifier: Apache-2.0
#include "ingest/pattern_trail.h"

#include <algorithm>

namespace penstock {

void PatternTrail::enter(std::string_view directory) {
  directory_ = directory;
  places_.clear();
  for (const PathPattern& pattern : patterns_->all()) {
    PathPattern::Places places = pattern.has_steps() ? pattern.before_first() : 0;
    for (std::string_view rest = directory; pattern.has_steps() && !rest.empty();) {
      const std::string_view name = rest.substr(0, rest.find('/'));
      rest.remove_prefix(std::min(name.size() + 1, rest.size()));
      if (!name.empty()) places = pattern.behind(places, name);
    }
    places_.push_back(places);
  }
}

bool PatternTrail::match(std::string_view path) {
  const size_t slash = path.rfind('/');
  const std::string_view name = path.substr(slash + 1);
  if (const std::string_view directory = path.substr(0, slash + 1); directory != directory_) enter(directory);
  const std::vector<PathPattern>& patterns = patterns_->all();
  for (size_t i = patterns.size(); i-- > 0;) {
    const PathPattern& pattern = patterns[i];
    const PathPattern::Places places = name.empty() ? places_[i] : pattern.behind(places_[i], name);
    if (pattern.has_steps() ? pattern.is_match(places) : pattern.matches(path)) return !pattern.takes_back();
  }
  return false;
}

}  // namespace penstock
