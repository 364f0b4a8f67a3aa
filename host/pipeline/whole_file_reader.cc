// SPDX-License-Identifier: Apache-2.0
#include "pipeline/whole_file_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/limits.h"

namespace penstock {

WholeFileReader::WholeFileReader(const PutOptions& options) : options_(&options), chunker_(options.chunker) {
  chunks_.reserve(kFrameChunksMax);
}

void WholeFileReader::read(Batch& batch, StageClock& clock) {
  if (batch.whole_files.empty()) return;
  events_.clear();
  chunks_.clear();
  auto file = batch.whole_files.begin();
  auto chunk = batch.chunks.cbegin();
  for (size_t i = 0; i < batch.outline.events.size(); ++i) {
    TreeEvent& event = batch.outline.events[i];
    if (event.kind == TreeEvent::Kind::leaves) {
      chunks_.insert(chunks_.end(), chunk, chunk + event.leaf_count);
      chunk += event.leaf_count;
    }
    events_.push_back(std::move(event));
    if (file == batch.whole_files.end() || file->event != i) continue;
    read_file(*file, batch.input.bytes(), clock);
    ++file;
  }
  PENSTOCK_CHECK(file == batch.whole_files.end() && chunk == batch.chunks.cend());
  PENSTOCK_CHECK(chunks_.size() <= kFrameChunksMax);
  batch.whole_files.clear();
  std::swap(events_, batch.outline.events);
  std::swap(chunks_, batch.chunks);
}

void WholeFileReader::read_file(WholeFile& file, MutableBytes input, StageClock& clock) {
  const MutableBytes place = input.subspan(file.place.offset, file.place.length);
  const Result<size_t> bytes = read_bytes(*file.source, place);
  clock.lap(Stage::read);
  if (!bytes) {
    events_.push_back({.kind = TreeEvent::Kind::file_dropped});
    report(bytes.error());
    return;
  }
  pieces_.clear();
  chunker_.scan(place.first(*bytes), Tail::end, 0, pieces_);
  place_pieces(file.place.offset);
  clock.lap(Stage::chunk);
  events_.push_back({.kind = TreeEvent::Kind::file_end});
  ++counters_.files;
  counters_.bytes_content += *bytes;
  if (options_->progress != nullptr) {
    ++options_->progress->files;
    options_->progress->bytes_content += *bytes;
  }
  if (const std::string change = file.source->changed(); !change.empty()) {
    events_.back().unsettled = true;
    report({Errc::partial, file.path, change, "stored as it was read; put it again when it is quiet"});
  }
  file.source.reset();
  clock.lap(Stage::read);
}

// A hole is written out as zeros: the cuts are the same, and it fits.
Result<size_t> WholeFileReader::read_bytes(Source& source, MutableBytes into) {
  size_t end = 0;
  while (end < into.size()) {
    PENSTOCK_TRY_ASSIGN(const ReadResult got, source.read(into.subspan(end)));
    if (got.end()) break;
    PENSTOCK_CHECK(got.bytes + got.hole_bytes <= into.size() - end);
    std::memset(into.data() + end + got.bytes, 0, got.hole_bytes);
    end += got.bytes + got.hole_bytes;
  }
  return end;
}

void WholeFileReader::place_pieces(uint32_t offset) {
  for (const Piece& piece : pieces_) {
    const auto length = static_cast<uint32_t>(piece.length);
    if (piece.kind == Piece::Kind::zero_run) {
      events_.push_back({.kind = TreeEvent::Kind::zero_run, .zero_bytes = length});
      counters_.bytes_zero_runs += length;
    } else {
      chunks_.push_back({offset, length});
      if (events_.back().kind != TreeEvent::Kind::leaves)
        events_.push_back({.kind = TreeEvent::Kind::leaves});
      ++events_.back().leaf_count;
      ++counters_.chunks;
    }
    offset += length;
  }
}

void WholeFileReader::report(const Error& error) {
  ++counters_.entries_reported;
  if (options_->report) options_->report(error);
}

}  // namespace penstock
