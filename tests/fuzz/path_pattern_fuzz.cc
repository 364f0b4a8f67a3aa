// SPDX-License-Identifier: Apache-2.0
#include "ingest/path_pattern.h"

#include <string>

#include "base/bytes.h"
#include "base/check.h"

// A pattern, a line break, a path. What is matched has everything below it matched, and could be matched from
// all directories above it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  const std::string_view text = as_text({data, size});
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return 0;
  const std::string path = "/" + std::string(text.substr(end + 1));
  const auto pattern = PathPattern::parse(text.substr(0, end), false);
  const auto any_case = PathPattern::parse(text.substr(0, end), true);
  PENSTOCK_CHECK(pattern.has_value() == any_case.has_value());
  if (!pattern) return 0;
  PENSTOCK_CHECK(!pattern->matches_itself(path) || pattern->matches(path));
  if (pattern->matches(path)) {
    PENSTOCK_CHECK(pattern->matches(path + "/below"));
    PENSTOCK_CHECK(pattern->may_match_below(path));
    for (size_t slash = path.rfind('/'); slash != 0; slash = path.rfind('/', slash - 1))
      PENSTOCK_CHECK(pattern->may_match_below(path.substr(0, slash)));
  }
  PENSTOCK_CHECK(!pattern->may_match_below(path) || any_case->may_match_below(path));

  PathPatterns patterns;
  if (add_patterns(text, "patterns", false, patterns))
    PENSTOCK_CHECK(!patterns.match("/") || !patterns.empty());
  return 0;
}
