// SPDX-License-Identifier: Apache-2.0
#include "store/segment_findings.h"

#include <algorithm>
#include <vector>

#include "store/segment_checker.h"

namespace penstock {

StoreFindings find_damage(const Store& store, const std::set<uint32_t>& segments) {
  StoreFindings findings;
  std::vector<DamagedRange> found;
  SegmentChecker checker(
      store.site(),
      [&](StoreDamage&& damage) {
        if (damage.range) found.push_back(*damage.range);
      },
      [](const Error&) {});
  const auto known = store.quarantined();
  for (const Watermark& watermark : store.segments()) {
    if (!segments.contains(watermark.segment)) continue;
    found.clear();
    checker.check(watermark);
    // As in the check of the whole store: a damaged footer is bytes at the end that are no record.
    const bool ends =
        found.size() == 1 && found[0].end == watermark.bytes && found[0].kind == DamageKind::head;
    std::erase_if(found,
                  [&](const DamagedRange& range) { return std::ranges::find(known, range) != known.end(); });
    if (ends && !found.empty()) findings.segments.push_back(watermark);
    findings.damaged.insert(findings.damaged.end(), found.begin(), found.end());
  }
  return findings;
}

}  // namespace penstock
