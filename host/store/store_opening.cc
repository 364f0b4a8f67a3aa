// SPDX-License-Identifier: Apache-2.0
#include "store/store_opening.h"

#include <algorithm>

#include "base/limits.h"
#include "base/size_text.h"
#include "store/segment_contents.h"
#include "store/store_toml.h"
#include "store/whole_prefix.h"

namespace penstock {
namespace {

constexpr uint64_t kConfigBytesMax = 64 * kKiB;
constexpr int kLogAttempts = 3;

Failure not_a_store(const std::string& directory) {
  return fail(Errc::failed, directory, "is not a penstock store",
              "make one with: penstock init -s DIRECTORY");
}

// The catalog's reload for `state`: a new index from everything that is complete on disk.
Result<CatalogContents> reload(StoreState& state, const Error& error) {
  state.site.notice("the index is damaged (" + error.why + "): " +
                    (state.site.access == Access::write ? "rebuilding it" : "reading the segments instead"));
  Watermarks extents = state.catalog->watermarks();
  if (state.writer) {
    for (const Watermark& extent : state.writer->extents()) extents.set(extent);
  }
  PENSTOCK_TRY_ASSIGN(LoadedCatalog loaded, load_catalog(state.site, extents.list(), true));
  return std::move(loaded.contents);
}

}  // namespace

Status StoreOpening::read_config() {
  auto file = site_->files->open(site_->paths.config(), false);
  if (!file && file.error().code == Errc::absent) {
    // What init has not finished has no segments.
    const auto names = site_->files->list(site_->paths.segments());
    if (!names || names->empty()) return not_a_store(site_->paths.directory);
    return fail(Errc::corrupt, site_->paths.config(), "is missing, and there are segments of a store",
                "restore this file from a copy; the blocks are not affected");
  }
  if (!file) return Failure(file.error());
  PENSTOCK_TRY_ASSIGN(const uint64_t size, (*file)->size());
  std::vector<uint8_t> text(std::min(size, kConfigBytesMax + 1));
  PENSTOCK_TRY((*file)->read(0, text));
  auto config = parse_store_toml(as_text(text));
  if (!config) {
    Error error = config.error();
    error.what = site_->paths.config();
    return Failure(std::move(error));
  }
  state_->config = std::move(*config);
  PENSTOCK_TRY_ASSIGN(state_->site.uuid, parse_store_uuid(state_->config.uuid));
  return {};
}

Status StoreOpening::read_log() {
  const std::string path = site_->paths.log();
  for (int attempt = 1;; ++attempt) {
    auto file = site_->files->open(path, site_->access == Access::write);
    if (!file && file.error().code == Errc::absent) {
      return fail(Errc::corrupt, path, "is missing",
                  "restore this file from a copy; the blocks are not affected");
    }
    if (!file) return Failure(file.error());
    auto scan = scan_log(**file, path, site_->uuid);
    if (scan) {
      state_->log.emplace(std::move(*file), site_->uuid, std::move(*scan));
      break;
    }
    // A writer that opens may truncate a torn tail under our eyes.
    if (scan.error().code != Errc::corrupt || attempt == kLogAttempts) return Failure(scan.error());
  }
  for (const LogDamage& damage : state_->log->scan().damage) site_->notice(path + ": " + damage.text());
  return {};
}

Status StoreOpening::list_segments() {
  PENSTOCK_TRY_ASSIGN(const auto names, site_->files->list(site_->paths.segments()));
  for (const std::string& name : names) {
    const auto segment = parse_segment_file_name(name);
    if (!segment) continue;
    PENSTOCK_TRY_ASSIGN(const auto file, site_->files->open(site_->paths.segment(*segment), false));
    PENSTOCK_TRY_ASSIGN(const uint64_t size, file->size());
    segments_.push_back({*segment, size});
  }
  return {};
}

Result<std::vector<Watermark>> StoreOpening::lost_watermarks() {
  std::vector<Watermark> found;
  const uint32_t end = state_->log->scan().suspect_segment_end;
  if (end == 0) return found;
  if (segments_.empty()) PENSTOCK_TRY(list_segments());
  WholePrefix prefix;
  for (const SegmentFile& segment : segments_) {
    const uint32_t watermark = state_->log->watermarks().of(segment.segment);
    if (segment.segment >= end || segment.size <= watermark) continue;
    PENSTOCK_TRY_ASSIGN(const auto file, site_->files->open(site_->paths.segment(segment.segment), false));
    const auto ignore = [](const StoredRecord&, Bytes) { return Status(); };
    PENSTOCK_TRY_ASSIGN(const uint32_t whole,
                        prefix.measure(*file, site_->uuid, segment.segment, watermark, segment.size, ignore));
    if (whole > watermark) found.push_back({segment.segment, whole});
  }
  return found;
}

Status StoreOpening::find_missing_ends(std::vector<DamagedRange>& damage) {
  const SegmentVisitor visitor{[](const IndexEntry&) { return Status(); },
                               [&](const DamagedRange& range) { damage.push_back(range); }};
  for (const Watermark& watermark : state_->log->watermarks().list()) {
    const auto at = std::ranges::lower_bound(segments_, watermark.segment, {}, &SegmentFile::segment);
    const bool there = at != segments_.end() && at->segment == watermark.segment;
    if (there && at->size >= watermark.bytes) continue;
    PENSTOCK_TRY(visit_segment(*site_->files, site_->paths, site_->uuid, watermark, 0, visitor));
  }
  return {};
}

Status StoreOpening::quarantine(std::vector<DamagedRange> damage, Quarantine& quarantine) {
  if (!quarantine.add(damage)) return {};
  for (const DamagedRange& range : damage) {
    site_->notice("segment " + segment_file_name(range.segment) + ", bytes " + std::to_string(range.begin) +
                  " to " + std::to_string(range.end) + ": " + std::string(damage_text(range.kind)) +
                  "; blocks that begin there count as not stored until they are put again");
  }
  if (site_->access == Access::read) return {};
  return quarantine.write(*site_->files, site_->paths, site_->uuid);
}

Status StoreOpening::load(const Watermarks& watermarks) {
  PENSTOCK_TRY_ASSIGN(Quarantine known, Quarantine::read(*site_->files, site_->paths, site_->uuid));
  if (known.damaged_records() > 0)
    site_->notice(site_->paths.quarantine() + ": parts of it are damaged and ignored");
  std::vector<DamagedRange> damage;
  if (site_->access == Access::write) PENSTOCK_TRY(find_missing_ends(damage));
  PENSTOCK_TRY_ASSIGN(LoadedCatalog loaded, load_catalog(*site_, watermarks.list(), false));
  damage.insert(damage.end(), loaded.damage.begin(), loaded.damage.end());
  PENSTOCK_TRY(quarantine(std::move(damage), known));
  covered_ = std::move(loaded.covered);
  state_->catalog = std::make_unique<BlockCatalog>(
      std::move(loaded.contents), std::make_unique<NeighbourCache>(*site_->files, site_->paths, site_->uuid),
      watermarks, std::move(known), [state = state_](const Error& error) { return reload(*state, error); });
  return {};
}

Status StoreOpening::open_reader() {
  PENSTOCK_TRY(read_log());
  Watermarks watermarks = state_->log->watermarks();
  PENSTOCK_TRY_ASSIGN(const auto lost, lost_watermarks());
  for (const Watermark& watermark : lost) watermarks.set(watermark);
  return load(watermarks);
}

Status StoreOpening::mend_log(SetAside& aside) {
  const LogScan& scan = state_->log->scan();
  bool tail_gone = false;
  if (scan.size > scan.end) {
    PENSTOCK_TRY_ASSIGN(tail_gone, aside.tail(site_->paths.log(), "commits.log", scan.end, scan.size));
  }
  PENSTOCK_TRY(state_->log->mend(tail_gone));
  PENSTOCK_TRY_ASSIGN(auto lost, lost_watermarks());
  if (lost.empty()) return {};
  site_->notice(std::to_string(lost.size()) +
                " segments were acknowledged by damaged records of commits.log alone; " +
                "what is whole in them is acknowledged again");
  return state_->log->append({}, std::move(lost));
}

std::vector<UnacknowledgedTail> StoreOpening::tails() const {
  std::vector<UnacknowledgedTail> tails;
  for (const SegmentFile& segment : segments_) {
    const uint32_t watermark = state_->log->watermarks().of(segment.segment);
    if (segment.size > watermark || watermark == 0)
      tails.push_back({segment.segment, watermark, segment.size});
  }
  return tails;
}

Status StoreOpening::set_aside(std::span<const UnacknowledgedTail> tails, SetAside& aside) {
  for (const UnacknowledgedTail& tail : tails) {
    const uint32_t segment = tail.segment;
    if (tail.watermark == 0) {
      PENSTOCK_TRY(aside.segment(segment, tail.size));
      continue;
    }
    PENSTOCK_TRY_ASSIGN(const bool gone, aside.tail(site_->paths.segment(segment), segment_file_name(segment),
                                                    tail.watermark, tail.size));
    static_cast<void>(gone);  // where it stays, it does no harm: this segment is not written to again
  }
  return aside.sync();
}

// The last segment, if it can be gone on with.
Result<std::optional<OpenSegment>> StoreOpening::unsealed(uint32_t segment) {
  OpenSegment open{segment, state_->log->watermarks().of(segment), {}};
  for (const DamagedRange& range : state_->catalog->quarantined().ranges()) {
    if (range.segment == segment) return std::nullopt;
  }
  PENSTOCK_TRY_ASSIGN(const auto file, site_->files->open(site_->paths.segment(segment), false));
  PENSTOCK_TRY_ASSIGN(const auto footer, load_footer(*file, segment_seed(site_->uuid, segment), open.bytes));
  if (footer) return std::nullopt;
  bool whole = true;
  const SegmentVisitor visitor{
      [&](const IndexEntry& entry) {
        open.entries.push_back({entry.digest, entry.placement.record, entry.placement.place});
        return Status();
      },
      [&](const DamagedRange&) { whole = false; }};
  PENSTOCK_TRY(visit_segment(*site_->files, site_->paths, site_->uuid, {segment, open.bytes}, 0, visitor));
  if (!whole) return std::nullopt;
  return std::optional(std::move(open));
}

Status StoreOpening::begin_session(bool anything_beyond, const SetAside& aside) {
  const uint32_t last = state_->log->watermarks().last_segment();
  const uint32_t beyond = std::max(
      {aside.last_segment(), covered_.last_segment(), segments_.empty() ? 0 : segments_.back().segment});
  state_->writer = std::make_unique<SegmentWriter>(*site_->files, site_->paths, site_->uuid,
                                                   std::max(last, beyond) + 1, site_->options.segments);
  // Whatever an index may once have heard of what was set aside must not come to point at new data.
  const bool stale = covered_.of(last) > state_->log->watermarks().of(last);
  if (last > 0 && beyond <= last && !anything_beyond && !stale) {
    PENSTOCK_TRY_ASSIGN(auto open, unsealed(last));
    if (open) PENSTOCK_TRY(state_->writer->resume(std::move(*open)));
  }
  state_->catalog->begin_session(state_->writer->first_segment(),
                                 [writer = state_->writer.get()] { return writer->take_progress(); });
  return {};
}

Status StoreOpening::open_writer() {
  PENSTOCK_TRY_ASSIGN(state_->lock, site_->files->lock(site_->paths.lock()));
  PENSTOCK_TRY(read_log());
  PENSTOCK_TRY(list_segments());
  PENSTOCK_TRY_ASSIGN(SetAside aside, SetAside::open(*site_));
  PENSTOCK_TRY(mend_log(aside));
  PENSTOCK_TRY(load(state_->log->watermarks()));
  const auto beyond = tails();
  PENSTOCK_TRY(CommitRecovery(*site_, *state_->catalog, *state_->log).run(beyond));
  PENSTOCK_TRY(set_aside(tails(), aside));
  return begin_session(!beyond.empty(), aside);
}

Status StoreOpening::run() {
  PENSTOCK_TRY(read_config());
  return site_->access == Access::write ? open_writer() : open_reader();
}

}  // namespace penstock
