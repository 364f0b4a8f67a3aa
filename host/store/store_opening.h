// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "store/catalog_loader.h"
#include "store/commit_recovery.h"
#include "store/set_aside.h"
#include "store/store_state.h"

namespace penstock {

// Opens a store: format.md's 'When a writer opens', step by step. One thread; used once.
class StoreOpening {
 public:
  explicit StoreOpening(StoreState& state) : state_(&state), site_(&state.site) {}

  // site.files, site.paths, site.access and site.options are set.
  Status run();

 private:
  struct SegmentFile {
    uint32_t segment = 0;
    uint64_t size = 0;
  };

  Status read_config();
  Status read_log();
  Status list_segments();
  // Watermarks that went with damaged log records, found again from the segments.
  Result<std::vector<Watermark>> lost_watermarks();
  Status load(const Watermarks& watermarks);
  Status find_missing_ends(std::vector<DamagedRange>& damage);
  Status quarantine(std::vector<DamagedRange> damage, Quarantine& quarantine);

  Status open_reader();
  Status open_writer();
  Status mend_log(SetAside& aside);
  std::vector<UnacknowledgedTail> tails() const;
  Status set_aside(std::span<const UnacknowledgedTail> tails, SetAside& aside);
  Status begin_session(bool anything_beyond, const SetAside& aside);
  Result<std::optional<OpenSegment>> unsealed(uint32_t segment);

  StoreState* state_;
  const StoreSite* site_;
  std::vector<SegmentFile> segments_;  // the files there are, ascending
  Watermarks covered_;                 // by the index, before
};

}  // namespace penstock
