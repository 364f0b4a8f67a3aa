// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/path_pattern.h"

namespace penstock {

// Matches the paths of a walk: what the directory above comes to is kept, so that each of its entries costs a
// pattern one step and not a path's whole length. One thread.
class PatternTrail {
 public:
  // The patterns outlive it.
  explicit PatternTrail(const PathPatterns& patterns) : patterns_(&patterns) {}

  // As PathPatterns::match.
  bool match(std::string_view path);

 private:
  void enter(std::string_view directory);

  const PathPatterns* patterns_;
  std::string directory_;  // up to its last slash; empty: none yet
  std::vector<PathPattern::Places> places_;
};

}  // namespace penstock
