// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch_filler.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "dag/directory_reader.h"
#include "pipeline/entry_events.h"

namespace penstock {
namespace {

// Larger files are read in stream order, so that batches are filled to their end.
constexpr uint64_t kWholeFileBytesMax = kMiB;

// A frame's worth, in whole chunks where all are of one size; more where so much may be left uncut that it
// would be copied again and again.
size_t fill_max_of(const Chunker& chunker, const BufferPool& buffers) {
  const size_t retained_max = chunker.retained_max();
  const size_t grain = chunker.hole_grain();
  PENSTOCK_CHECK(retained_max < buffers.buffer_bytes() && grain <= buffers.buffer_bytes());
  if (grain == 1) return std::min(std::max<size_t>(kFrameBytesAim, 2 * retained_max), buffers.buffer_bytes());
  return std::min((kFrameBytesAim + grain - 1) / grain, buffers.buffer_bytes() / grain) * grain;
}

}  // namespace

BatchFiller::BatchFiller(EntryStream& entries, BufferPool& buffers, const PutOptions& options,
                         size_t whole_files_max)
    : entries_(&entries),
      buffers_(&buffers),
      options_(&options),
      whole_files_max_(whole_files_max),
      chunker_(options.chunker),
      fill_max_(fill_max_of(chunker_, buffers)),
      fill_end_(fill_max_),
      ahead_(buffers, chunker_.retained_max(), fill_max_) {
  current_ = buffers_->acquire();
}

Result<BatchSource::Fill> BatchFiller::fill(Batch& batch, StageClock& clock, bool /*may_wait*/) {
  batch.outline.clear();
  batch.chunks.clear();
  batch.whole_files.clear();
  pieces_planned_ = 0;
  event_text_bytes_ = 0;
  while (true) {
    PENSTOCK_TRY_ASSIGN(const bool more, advance(batch, clock));
    if (!more) break;
  }
  if (batch.outline.events.empty()) {
    PENSTOCK_CHECK(ended_);
    return Fill::ended;
  }
  carry_over(batch);
  return Fill::filled;
}

// One step; false when the batch is full or there is nothing more.
Result<bool> BatchFiller::advance(Batch& batch, StageClock& clock) {
  if (!place_pieces(batch)) return false;
  origin_ += std::exchange(hole_shift_, 0);
  if (ended_) return false;
  if (is_full(batch) || event_text_bytes_ > Batch::kEventTextBytesMax) return false;
  if (!source_) return begin_entry(batch);
  if (source_ended_) {
    end_file(batch);
    return true;
  }
  if (space() == 0) {
    // What was shown is cut as far as it can be; the rest moves to the next buffer, or, where nothing in this
    // one is needed (a long zero run), to its front.
    const size_t before = scan_begin_;
    scan(Tail::more, 0, clock);
    if (scan_begin_ != before) return true;
    if (!batch.chunks.empty() || !batch.whole_files.empty()) return false;
    shift_to(current_, scan_begin_, 0);
  }
  if (!fill_hole(clock)) PENSTOCK_TRY(read_source(batch, clock));
  return true;
}

Result<bool> BatchFiller::begin_entry(Batch& batch) {
  PENSTOCK_TRY_ASSIGN(std::optional<Entry> entry, entries_->next());
  if (!entry) {
    ended_ = true;
    if (options_->baseline != nullptr) {
      options_->baseline->finish();
      counters_.files_gone = options_->baseline->files_gone();
    }
    return false;
  }
  if (is_too_deep(batch, *entry)) return true;
  if (options_->baseline != nullptr) follow(*options_->baseline, *entry);
  if (entry->kind == Entry::Kind::unreadable) {
    leave_out(batch, std::move(entry->name), entry->error);
  } else if (entry->kind == Entry::Kind::file) {
    PENSTOCK_TRY(begin_file(batch, *std::move(entry)));
  } else {
    std::string fault;
    const std::string path = entry->path;
    TreeEvent event = entry_event(*std::move(entry), counters_, fault);
    if (!fault.empty()) report({Errc::partial, path, fault, kXattrRemedy});
    add_event(batch, std::move(event));
  }
  return true;
}

// Files are compared when their turn comes.
void BatchFiller::follow(Baseline& baseline, const Entry& entry) {
  switch (entry.kind) {
    case Entry::Kind::directory_begin:
      return baseline.enter(entry.name);
    case Entry::Kind::directory_end:
      return baseline.leave();
    case Entry::Kind::symlink:
    case Entry::Kind::special:
      return baseline.pass_other(entry.name);
    case Entry::Kind::unreadable:
      return baseline.pass_unreadable(entry.name);
    case Entry::Kind::file:
      return;
  }
}

Status BatchFiller::begin_file(Batch& batch, Entry entry) {
  FileMatch match;
  if (options_->baseline != nullptr) match = match_entry(*options_->baseline, entry);
  if (match.known) {
    add_known_file(batch, entry, *std::move(match.known));
    return {};
  }
  TreeEvent event{.kind = TreeEvent::Kind::file_begin, .name = std::move(entry.name)};
  if (entry.found) {
    Status opened = open_found(entry, event);
    if (!opened && opened.error().code != Errc::partial) return opened;
    if (!opened) {
      leave_out(batch, std::move(event.name), opened.error());
      return {};
    }
    if (options_->baseline != nullptr) count_read(match);
    if (is_further_name(*event.meta, entry.path)) {
      event.kind = TreeEvent::Kind::linked_file;
      add_event(batch, std::move(event));
      return {};
    }
  }
  if (options_->progress != nullptr) options_->progress->bytes_expected += entry.size_hint;
  if (!take_whole(batch, entry)) {
    source_ = std::move(entry.source);
    path_ = std::move(entry.path);
    source_ended_ = false;
    scan_begin_ = window_end_;
    origin_ = uint64_t{0} - window_end_;
    piece_offset_ = 0;
  }
  add_event(batch, std::move(event));
  return {};
}

// A file that was compared and is read.
void BatchFiller::count_read(const FileMatch& match) {
  if (match.unchanged) {
    ++counters_.files_unchanged;
  } else {
    ++(match.was_file ? counters_.files_changed : counters_.files_new);
  }
}

void BatchFiller::add_known_file(Batch& batch, Entry& entry, KnownFile known) {
  TreeEvent event{.kind = TreeEvent::Kind::known_file, .name = std::move(entry.name)};
  const uint64_t bytes = known.content.content_bytes;
  event.meta = std::make_unique<EntryMeta>(known_file_meta(event.name, *entry.status, std::move(known)));
  ++counters_.files_unchanged;
  if (is_further_name(*event.meta, entry.path)) {
    event.kind = TreeEvent::Kind::linked_file;
  } else {
    ++counters_.files;
    counters_.bytes_content += bytes;
    counters_.bytes_unchanged += bytes;
  }
  if (options_->progress != nullptr) {
    ++options_->progress->files;
    options_->progress->bytes_content += bytes;
  }
  add_event(batch, std::move(event));
}

Status BatchFiller::open_found(Entry& entry, TreeEvent& event) {
  PENSTOCK_TRY_ASSIGN(OpenedFile file, entry.found->open());
  std::string fault;
  event.meta =
      std::make_unique<EntryMeta>(entry_meta(event.name, file.status, std::move(file.xattrs), fault));
  if (!file.xattr_fault.empty()) fault = xattr_fault_text(file.xattr_fault);
  if (!fault.empty()) {
    report({Errc::partial, entry.path, fault, kXattrRemedy});
    event.meta->item.mark.reset();  // the next put is to try again, and to say so again
  }
  entry.source = std::move(file.source);
  entry.size_hint = file.status.size;
  return {};
}

// Whether a file was met by another name, and is what it was then.
bool BatchFiller::is_further_name(const EntryMeta& meta, const std::string& path) {
  const MetFiles::Meeting met =
      met_.meet(meta.device, meta.inode, meta.links, {meta.size, meta.ctime, meta.entry.mtime});
  if (met == MetFiles::Meeting::changed) report({Errc::partial, path, kChangedName, kChangedNameRemedy});
  return met == MetFiles::Meeting::further;
}

void BatchFiller::add_event(Batch& batch, TreeEvent event) {
  event_text_bytes_ += event.name.size() + event.target.size();
  if (event.meta) event_text_bytes_ += xattr_bytes(*event.meta);
  batch.outline.events.push_back(std::move(event));
}

// Whether the batch has no room for two more events.
bool BatchFiller::is_full(const Batch& batch) const {
  return batch.outline.events.size() + pieces_planned_ + batch.whole_files.size() + 2 > Batch::kEventsMax;
}

// Gives a file that surely fits a place in the batch; its file_begin is the next event.
bool BatchFiller::take_whole(Batch& batch, Entry& entry) {
  if (entry.size_hint == 0 || entry.size_hint > std::min<uint64_t>(space(), kWholeFileBytesMax)) return false;
  if (batch.whole_files.size() >= whole_files_max_) return false;
  const auto bytes = static_cast<uint32_t>(entry.size_hint);
  const size_t pieces = chunker_.pieces_max(bytes);
  if (batch.chunks.size() + pieces_planned_ + pieces > kFrameChunksMax) return false;
  const size_t events = batch.outline.events.size() + pieces_planned_ + batch.whole_files.size();
  if (events + pieces + 2 > Batch::kEventsMax) return false;
  pieces_planned_ += pieces;
  batch.whole_files.push_back({.event = batch.outline.events.size(),
                               .source = std::move(entry.source),
                               .path = std::move(entry.path),
                               .place = {static_cast<uint32_t>(window_end_), bytes}});
  window_end_ += bytes;
  scan_begin_ = window_end_;
  return true;
}

// Whether an entry lies below directories that no reader would follow; the topmost of these is reported.
bool BatchFiller::is_too_deep(Batch& batch, const Entry& entry) {
  // One level is left for the directory that holds several paths.
  constexpr size_t kDepthMax = kDirectoryDepthMax - 1;
  if (entry.kind == Entry::Kind::directory_end) return depth_-- > kDepthMax;
  if (entry.kind == Entry::Kind::directory_begin && ++depth_ == kDepthMax + 1) {
    leave_out(batch, entry.name,
              {Errc::partial, entry.path,
               "is nested deeper than " + std::to_string(kDepthMax) + " directories: not stored",
               "put it on its own"});
    if (options_->baseline != nullptr) options_->baseline->pass_unreadable(entry.name);
  }
  return depth_ > kDepthMax;
}

void BatchFiller::end_file(Batch& batch) {
  const std::string change = source_->changed();
  batch.outline.events.push_back({.kind = TreeEvent::Kind::file_end, .unsettled = !change.empty()});
  ++counters_.files;
  if (options_->progress != nullptr) ++options_->progress->files;
  if (!change.empty())
    report({Errc::partial, path_, change, "stored as it was read; put it again when it is quiet"});
  source_.reset();
}

void BatchFiller::drop_file(Batch& batch, const Error& error) {
  batch.outline.events.push_back({.kind = TreeEvent::Kind::file_dropped});
  report(error);
  chunker_.reset();
  scan_begin_ = window_end_;
  hole_ = {};
  source_.reset();
}

// An entry that will not be in the tree.
void BatchFiller::leave_out(Batch& batch, std::string name, const Error& error) {
  report(error);
  if (options_->metadata.kept) add_event(batch, {.kind = TreeEvent::Kind::missing, .name = std::move(name)});
}

void BatchFiller::report(const Error& error) {
  ++counters_.entries_reported;
  if (options_->report) options_->report(error);
}

// Moves cut pieces to the batch; false when it takes no more.
bool BatchFiller::place_pieces(Batch& batch) {
  auto& events = batch.outline.events;
  for (; pieces_placed_ < pieces_.size(); ++pieces_placed_) {
    const Piece& piece = pieces_[pieces_placed_];
    if (is_full(batch)) return false;
    if (piece.kind == Piece::Kind::zero_run) {
      events.push_back({.kind = TreeEvent::Kind::zero_run, .zero_bytes = piece.length});
      counters_.bytes_zero_runs += piece.length;
    } else {
      if (batch.chunks.size() + pieces_planned_ >= kFrameChunksMax) return false;
      const uint64_t place = piece_offset_ - origin_;
      PENSTOCK_CHECK(place + piece.length <= window_end_);
      batch.chunks.push_back({static_cast<uint32_t>(place), static_cast<uint32_t>(piece.length)});
      if (events.empty() || events.back().kind != TreeEvent::Kind::leaves)
        events.push_back({.kind = TreeEvent::Kind::leaves});
      ++events.back().leaf_count;
      ++counters_.chunks;
    }
    piece_offset_ += piece.length;
    counters_.bytes_content += piece.length;
    if (options_->progress != nullptr) options_->progress->bytes_content += piece.length;
  }
  pieces_.clear();
  pieces_placed_ = 0;
  return true;
}

Status BatchFiller::read_source(Batch& batch, StageClock& clock) {
  const Result<ReadResult> got =
      ahead_.read(*source_, current_.bytes().subspan(window_end_, space()), counters_.bytes_moved);
  clock.lap(Stage::read);
  if (!got) {
    drop_file(batch, got.error());
    return {};
  }
  window_end_ += got->bytes;
  if (got->hole_bytes > 0) plan_hole(got->hole_bytes);
  if (got->end()) {
    scan(Tail::end, 0, clock);
    source_ended_ = true;
  }
  return {};
}

void BatchFiller::plan_hole(uint64_t bytes) {
  const uint64_t grain = chunker_.hole_grain();
  const uint64_t at = origin_ + window_end_;
  const uint64_t before = (grain - at % grain) % grain;
  if (bytes < before || bytes - before < std::max(grain, chunker_.hole_bytes_min())) {
    hole_ = {.before = bytes};
    return;
  }
  const uint64_t skipped = (bytes - before) / grain * grain;
  hole_ = {.before = before, .skipped = skipped, .after = bytes - before - skipped};
}

// True if a hole was under way and has come a step further.
bool BatchFiller::fill_hole(StageClock& clock) {
  if (hole_.before > 0) {
    write_zeros(hole_.before);
    return true;
  }
  if (hole_.skipped > 0) {
    const uint64_t skipped = std::exchange(hole_.skipped, 0);
    // Pieces that this brings lie before the hole or in it: place them by the origin that still holds, then
    // shift it for what is read next. Data pieces never lie behind the hole's start.
    scan(Tail::zeros, skipped, clock);
    PENSTOCK_CHECK(scan_begin_ == window_end_);
    hole_shift_ = skipped;
    return true;
  }
  if (hole_.after > 0) {
    write_zeros(hole_.after);
    return true;
  }
  return false;
}

void BatchFiller::write_zeros(uint64_t& count) {
  const size_t now = std::min<uint64_t>(count, space());
  std::memset(current_.bytes().data() + window_end_, 0, now);
  window_end_ += now;
  count -= now;
}

void BatchFiller::scan(Tail tail, uint64_t zeros, StageClock& clock) {
  PENSTOCK_CHECK(pieces_.empty());
  const Bytes window = current_.bytes().subspan(scan_begin_, window_end_ - scan_begin_);
  scan_begin_ += chunker_.scan(window, tail, zeros, pieces_);
  clock.lap(Stage::chunk);
}

// Hands the buffer to the batch, and starts the next one with what belongs to later batches.
void BatchFiller::carry_over(Batch& batch) {
  size_t keep = scan_begin_;
  uint64_t offset = piece_offset_;
  for (size_t i = pieces_placed_; i < pieces_.size(); ++i) {
    if (pieces_[i].kind == Piece::Kind::data) {
      keep = offset - origin_;
      break;
    }
    offset += pieces_[i].length;
  }
  ReadAhead::Window next = next_window(window_end_ - keep);
  shift_to(next.buffer, keep, next.begin);
  if (next.end > 0) window_end_ = next.end;
  batch.input = std::move(current_);
  current_ = std::move(next.buffer);
}

// A buffer with room for `kept` bytes from `begin` on, behind which, up to `end`, comes what was read ahead;
// `end` is 0 where nothing was.
ReadAhead::Window BatchFiller::next_window(size_t kept) {
  // Zeros of a hole would have to stand between the two.
  const bool adjoining = source_ && hole_.before + hole_.skipped + hole_.after + hole_shift_ == 0;
  std::optional<ReadAhead::Window> ahead;
  if (adjoining) ahead = ahead_.take(kept);
  if (!ahead) return {.buffer = buffers_->acquire()};
  ahead->begin -= kept;
  return *std::move(ahead);
}

// Copies what current_ holds from `keep` on to `place` in `to`, which may be current_ itself, and counts
// positions there.
void BatchFiller::shift_to(const Buffer& to, size_t keep, size_t place) {
  const size_t kept = window_end_ - keep;
  std::memmove(to.bytes().data() + place, current_.bytes().data() + keep, kept);
  counters_.bytes_moved += kept;
  origin_ += keep - place;
  scan_begin_ = scan_begin_ - keep + place;
  window_end_ = place + kept;
  fill_end_ = std::min(place + fill_max_, to.capacity());
}

bool BatchFiller::read_ahead(StageClock& clock) {
  const bool read = ahead_.help();
  if (read) clock.lap(Stage::read);
  return read;
}

}  // namespace penstock
