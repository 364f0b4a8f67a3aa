// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "chunking/chunker.h"
#include "ingest/entry_stream.h"
#include "memory/buffer_pool.h"
#include "pipeline/baseline.h"
#include "pipeline/batch.h"
#include "pipeline/batch_source.h"
#include "pipeline/met_files.h"
#include "pipeline/put.h"
#include "pipeline/read_ahead.h"
#include "pipeline/stage_times.h"

namespace penstock {

// The front of a put: reads the entries one after the other into buffers and cuts them. What is not yet cut
// when a buffer is full is carried over to the next one (counted in bytes_moved). Files that fit into the
// batch as a whole are only opened here and given a place: the lane reads them itself. Lanes take turns: one
// thread at a time, but for read_ahead.
class BatchFiller final : public BatchSource {
 public:
  // `buffers`: of kFrameBytesMax each; two are held here, one goes with each batch.
  // `whole_files_max`: of a batch; each is an open descriptor.
  BatchFiller(EntryStream& entries, BufferPool& buffers, const PutOptions& options, size_t whole_files_max);

  Result<Fill> fill(Batch& batch, StageClock& clock, bool may_wait) override;

  // Reads what the next batch will want, where that is known by now.
  bool read_ahead(StageClock& clock) override;

  // What was met so far; fields that concern the source.
  const PutCounters& counters() const { return counters_; }

 private:
  // A hole in parts: zero bytes to be written into the buffer, bytes that only the chunker is told of, and
  // zero bytes again.
  struct HolePlan {
    uint64_t before = 0;
    uint64_t skipped = 0;
    uint64_t after = 0;
  };

  Result<bool> advance(Batch& batch, StageClock& clock);
  Result<bool> begin_entry(Batch& batch);
  static void follow(Baseline& baseline, const Entry& entry);
  Status begin_file(Batch& batch, Entry entry);
  void count_read(const FileMatch& match);
  void add_known_file(Batch& batch, Entry& entry, KnownFile known);
  Status open_found(Entry& entry, TreeEvent& event);
  bool is_further_name(const EntryMeta& meta, const std::string& path);
  void add_event(Batch& batch, TreeEvent event);
  bool is_too_deep(Batch& batch, const Entry& entry);
  bool take_whole(Batch& batch, Entry& entry);
  void end_file(Batch& batch);
  void drop_file(Batch& batch, const Error& error);
  bool place_pieces(Batch& batch);
  Status read_source(Batch& batch, StageClock& clock);
  void plan_hole(uint64_t bytes);
  bool fill_hole(StageClock& clock);
  void write_zeros(uint64_t& count);
  void scan(Tail tail, uint64_t zeros, StageClock& clock);
  void carry_over(Batch& batch);
  ReadAhead::Window next_window(size_t kept);
  void shift_to(const Buffer& to, size_t keep, size_t place);
  void report(const Error& error);
  void leave_out(Batch& batch, std::string name, const Error& error);
  bool is_full(const Batch& batch) const;
  size_t space() const { return window_end_ < fill_end_ ? fill_end_ - window_end_ : 0; }

  EntryStream* entries_;
  BufferPool* buffers_;
  const PutOptions* options_;
  size_t whole_files_max_;
  Chunker chunker_;
  const size_t fill_max_;  // bytes of a buffer that are filled in turn
  PutCounters counters_;

  Buffer current_;
  size_t window_end_ = 0;  // bytes of current_ in use
  size_t fill_end_;        // how far it is filled in turn
  size_t scan_begin_ = 0;  // where the chunker's next window starts
  uint64_t origin_ = 0;    // stream offset of current_'s first byte, modulo 2^64
  std::vector<Piece> pieces_;
  size_t pieces_placed_ = 0;
  uint64_t piece_offset_ = 0;  // stream offset of the next piece to be placed

  MetFiles met_;
  size_t depth_ = 0;             // directories open
  size_t event_text_bytes_ = 0;  // names and targets in the batch
  size_t pieces_planned_ = 0;    // at most, of the batch's whole files
  std::unique_ptr<Source> source_;
  ReadAhead ahead_;  // of source_
  std::string path_;
  HolePlan hole_;
  uint64_t hole_shift_ = 0;  // a hole that the chunker knows of, and origin_ does not yet
  bool source_ended_ = false;
  bool ended_ = false;
};

}  // namespace penstock
