// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "chunking/chunker_spec.h"
#include "codec/codec.h"
#include "dag/dag_link.h"
#include "dag/file_builder.h"
#include "dag/put_record.h"
#include "ingest/entry_stream.h"
#include "offload/dispatcher.h"
#include "pipeline/frame_sink.h"
#include "pipeline/stage_times.h"
#include "pipeline/transfer_progress.h"
#include "verify/verifier.h"
#include "verify/verify_level.h"

namespace penstock {

class Baseline;

// Of what a file system knows beside content.
struct MetadataOptions {
  bool kept = false;     // entries come with it, the top-level ones ascending by name
  bool several = false;  // more than one was named: the root is a directory, whatever is left of them
  // For the record: absolute paths of these by their names, and what the entries are chosen by.
  std::map<std::string, std::string> from;
  PutChoice choice;
};

// How often what a put has appended is made durable before there is a commit: whichever comes first. A put
// that is cut off then loses no more than that.
struct CheckpointInterval {
  // Each costs a sync of less than a segment while lanes stand still: of 2 GiB, about a hundredth of the
  // time.
  static constexpr uint64_t kBytes = 2 * kGiB;
  static constexpr std::chrono::seconds kTime{60};

  uint64_t bytes = kBytes;  // payload bytes
  std::chrono::nanoseconds time = kTime;
};

struct PutOptions {
  ChunkerSpec chunker;
  LinkLayout layout = LinkLayout::content_cut;
  CodecSpec codec;
  bool codec_any = false;  // a device that lacks `codec` may take its own
  VerifyLevel verify;
  MetadataOptions metadata{};
  // What the entries are compared with, where metadata is kept; none: all are read.
  Baseline* baseline = nullptr;
  unsigned threads = 0;  // 0: one a CPU
  // Names an entry that is left out, or that changed while it was read. Called by one thread at a time.
  std::function<void(const Error&)> report;
  // Sees the raw bytes of each frame that was appended; for analyze. Called by all lanes at once.
  std::function<void(Bytes raw, std::span<const BlockEntry> entries)> observe;
  // None: what was appended is durable with its commit alone. See keeps_unfinished.
  std::optional<CheckpointInterval> checkpoint;
  TransferProgress* progress = nullptr;
  // Once it is true nothing more is read, what devices have is waited for up to its deadline, and the put
  // fails.
  const std::atomic<bool>* stop = nullptr;
};

// What went in and what became of it. Bytes are raw bytes unless said otherwise.
struct PutCounters {
  uint64_t files = 0;
  uint64_t directories = 0;
  uint64_t symlinks = 0;
  uint64_t specials = 0;          // FIFOs, sockets, devices
  uint64_t files_linked = 0;      // of the files, further names of one that was read
  uint64_t files_new = 0;         // where there is a baseline: of the files, those that it lacks
  uint64_t files_changed = 0;     // those that are not what it has
  uint64_t files_unchanged = 0;   // those that are, by what the file system says
  uint64_t files_gone = 0;        // none of the files: those that it alone has
  uint64_t entries_reported = 0;  // unreadable or changed: named through PutOptions::report
  uint64_t bytes_content = 0;     // of all files, holes and zero runs included
  uint64_t bytes_linked = 0;      // of them, of files_linked: not read again
  uint64_t bytes_unchanged = 0;   // of them, of files that were not read as they are unchanged
  uint64_t bytes_zero_runs = 0;   // of them, never digested nor encoded
  uint64_t bytes_duplicate = 0;   // digested and found
  uint64_t bytes_unique = 0;      // encoded
  uint64_t bytes_stored = 0;      // payload bytes of the unique ones
  uint64_t nodes = 0;             // new tree nodes, directories, symlinks, zero leaves
  uint64_t bytes_nodes_raw = 0;   // of them
  uint64_t bytes_nodes = 0;       // payload bytes of them
  uint64_t chunks = 0;
  uint64_t chunks_duplicate = 0;
  uint64_t frames = 0;
  uint64_t frames_stored = 0;       // incompressible: kept as they are
  uint64_t bytes_moved = 0;         // copied inside a batch: carried over its end, closed gaps
  uint64_t batches_fused = 0;       // digested and encoded in one job
  uint64_t bytes_fused_wasted = 0;  // of them, raw: not all was missing, so the frame was thrown away

  PutCounters& operator+=(const PutCounters& other);
};

// One path of the put.
struct PutRoot {
  std::string name;
  DagLink link;
};

// The codec as it was chosen: "auto" where devices may take their own, since no single one made the frames.
std::string codec_choice_text(const PutOptions& options);

struct PutReport {
  DagLink root;                // the only path's object, or a directory of all
  std::vector<PutRoot> roots;  // one a path that could be read and has content
  std::optional<Cid> meta;     // where metadata was kept
  std::optional<Cid> parent;   // the commit that entries were compared with
  PutShortfall unread;         // as the metadata has it
  PutCounters counters;
  StageTimes times;  // summed over lanes
  VerifyCounters verify;
  bool rechecked = false;  // a device was found wrong, of which not all had been checked: all was read back
  unsigned lanes = 0;
  uint64_t nanoseconds = 0;  // wall
};

// Whether what such a put has appended may be kept when it comes to nothing: where the level leaves out
// checks of devices' work, it may have to be read back before it counts, and is kept by its commit alone.
bool keeps_unfinished(const Dispatcher& dispatcher, const PutOptions& options);

// Reads everything that `entries` names, cuts, digests and encodes it on the dispatcher's devices, verifies
// it and appends what is new to `sink`, together with the tree above it. What verification finds wrong is
// done again by the CPU; where the level had left some unchecked, everything is checked from then on, and
// what was appended is read back in the end. Nothing is committed: when it fails, what was appended has no
// name. failed: nothing could be read, or source, CPU or sink failed. corrupt: what was read back is damaged,
// or cannot tell.
Result<PutReport> put_entries(EntryStream& entries, Dispatcher& dispatcher, FrameSink& sink,
                              const PutOptions& options);
// The same on the CPU alone.
Result<PutReport> put_entries(EntryStream& entries, Device& cpu, FrameSink& sink, const PutOptions& options);

}  // namespace penstock
