// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "store/file_system.h"
#include "store/log_record.h"
#include "store/segment_footer.h"
#include "store/segment_syncer.h"
#include "store/store_paths.h"
#include "verify/verified_block.h"

namespace penstock {

struct SegmentWriterOptions {
  uint64_t segment_bytes = kSegmentBytesMax;  // tests take less
  bool sync_in_background = true;             // sealed segments are synced by a thread of their own
};

// An unsealed segment to go on with, exactly as long as its watermark.
struct OpenSegment {
  uint32_t segment = 0;
  uint32_t bytes = 0;
  std::vector<FooterEntry> entries;
};

// Appends records to segments. write may be called from any threads: offsets are given out under a mutex, the
// writing is done outside of it, and a segment is sealed when none of its writes is under way. After a failed
// write or sync nothing more is written: every call returns that first error.
class SegmentWriter {
 public:
  // Segments that it begins have the numbers from `next_segment` on.
  SegmentWriter(FileSystem& files, StorePaths paths, const StoreUuid& uuid, uint32_t next_segment,
                SegmentWriterOptions options);
  // Goes on with an unsealed segment.
  Status resume(OpenSegment segment);

  // A record that was written. Until it is finished, its segment does not count as complete behind it.
  struct Written {
    uint32_t segment = 0;
    uint32_t record = 0;  // its offset
  };
  Result<Written> write(const VerifiedBlock& block);
  void finish(Written written);

  // What is complete on disk (though not durable): segments sealed since the last call with their sizes, and
  // the present one up to its first unfinished record.
  std::vector<Watermark> take_progress();
  // The same for all segments of this session.
  std::vector<Watermark> extents();

  // Makes everything written durable; no write may be under way. The segments that changed since the last
  // call that succeeded, ascending, with their sizes.
  Result<std::vector<Watermark>> sync();

  // After a failed write, or for whatever reason nothing more is to be written: makes durable what is
  // complete before it, cuts off the rest of the present segment, and returns the same. No write is under
  // way. failed: a sync has failed, now or before.
  Result<std::vector<Watermark>> rescue();

  // The number that the first segment of this session has.
  uint32_t first_segment() const { return first_segment_; }
  uint64_t bytes_written() const;

 private:
  struct Active {
    uint32_t segment = 0;
    std::unique_ptr<File> file;
    uint32_t bytes = 0;          // given out
    uint32_t bytes_at_sync = 0;  // when it was last synced
    std::vector<FooterEntry> entries;
    std::set<uint32_t> in_flight;  // offsets of records that are not finished

    uint32_t complete() const { return in_flight.empty() ? bytes : *in_flight.begin(); }
  };
  struct Slot {
    Written at;
    File* file = nullptr;
    std::unique_ptr<File> sealed;  // a segment that this write had to seal, to be synced
  };

  // After an error too, a segment that was sealed is in `slot`.
  Status reserve(const VerifiedBlock& block, uint32_t record_bytes, Slot& slot);
  Status write_record(const VerifiedBlock& block, uint32_t payload_crc, MutableBytes head,
                      const Slot& slot) const;
  Status begin_segment();
  Result<std::unique_ptr<File>> seal();
  Status keep(Status status);  // remembers the first error
  Result<std::vector<Watermark>> make_durable();

  FileSystem* files_;
  StorePaths paths_;
  StoreUuid uuid_;
  SegmentWriterOptions options_;
  SegmentSyncer syncer_;

  mutable std::mutex mutex_;
  std::condition_variable idle_;  // no write of the active segment under way, or a seal done
  bool sealing_ = false;
  std::optional<Active> active_;
  std::vector<Watermark> sealed_;  // of this session, with their sizes
  size_t sealed_reported_ = 0;     // by take_progress
  size_t sealed_synced_ = 0;       // by sync
  bool entries_changed_ = false;   // names in segments/ since the last sync
  uint32_t first_segment_;
  uint32_t next_segment_;
  bool half_begun_ = false;  // its file is there, without a whole header
  uint64_t bytes_written_ = 0;
  std::optional<Error> error_;
  bool sync_failed_ = false;  // what is on disk is unknown
};

}  // namespace penstock
