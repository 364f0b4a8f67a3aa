// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "store/file_header.h"
#include "store/replace_file.h"
#include "store/rocks_index.h"
#include "store/segment_contents.h"
#include "store/segment_mending.h"
#include "store/store_opening.h"
#include "store/store_toml.h"

namespace penstock {
namespace {

// What an init that was cut off may have left.
constexpr std::array<std::string_view, 7> kHalfMade = {
    "commits.log", "commits.log.new", "index", "lock", "segments", "set-aside", "store.toml.new"};

std::string parent_of(const std::string& directory) {
  const size_t name_end = directory.find_last_not_of('/');
  if (name_end == std::string::npos) return "/";
  const size_t slash = directory.find_last_of('/', name_end);
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : directory.substr(0, slash);
}

Status check_free(FileSystem& files, const StorePaths& paths) {
  const auto taken = [&](const char* why) {
    return fail(Errc::failed, paths.directory, why, "choose another directory");
  };
  PENSTOCK_TRY_ASSIGN(const bool there, files.exists(paths.directory));
  if (!there) return {};
  PENSTOCK_TRY_ASSIGN(const bool store, files.exists(paths.config()));
  if (store) return taken("is a store already");
  PENSTOCK_TRY_ASSIGN(const auto names, files.list(paths.directory));
  for (const std::string& name : names) {
    if (std::ranges::find(kHalfMade, name) == kHalfMade.end()) return taken("is not empty");
    if (name != "segments") continue;
    PENSTOCK_TRY_ASSIGN(const auto segments, files.list(paths.segments()));
    if (!segments.empty()) return taken("holds the segments of a store whose store.toml is missing");
  }
  return {};
}

}  // namespace

struct Store::State : StoreState {};

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}

Store::~Store() {
  // The index is a cache: what it does not get now is read from the segments again.
  if (state_->writer) static_cast<void>(state_->catalog->flush(true));
}

Status Store::init(FileSystem& files, const std::string& directory, const StoreConfig& config) {
  const StorePaths paths{directory};
  PENSTOCK_TRY(check_free(files, paths));
  StoreConfig made = config;
  if (made.uuid.empty()) {
    PENSTOCK_TRY_ASSIGN(const StoreUuid random, random_store_uuid());
    made.uuid = random.text();
  }
  PENSTOCK_TRY_ASSIGN(const StoreUuid uuid, parse_store_uuid(made.uuid));
  PENSTOCK_TRY(files.make_directory(directory));
  PENSTOCK_TRY_ASSIGN(const auto lock, files.lock(paths.lock()));
  // Again: another init may have been faster.
  PENSTOCK_TRY(check_free(files, paths));
  PENSTOCK_TRY(files.make_directory(paths.segments()));
  PENSTOCK_TRY(files.make_directory(paths.set_aside()));
  PENSTOCK_TRY(replace_file(files, directory, paths.log(), encode_file_header(kCommitLogMagic, uuid)));
  // Not our directory to insist on: it may be unreadable to us. But a disk that fails is not to be built on.
  const Status parent = files.sync_directory(parent_of(directory));
  if (!parent && parent.error().why != errno_text(EACCES)) return parent;
  return replace_file(files, directory, paths.config(), as_bytes(encode_store_toml(made)));
}

Result<std::unique_ptr<Store>> Store::open(FileSystem& files, const std::string& directory, Access access,
                                           StoreOptions options) {
  auto state = std::make_unique<State>();
  state->site.files = &files;
  state->site.paths.directory = directory;
  state->site.access = access;
  state->site.options = std::move(options);
  if (!state->site.options.index_factory) state->site.options.index_factory = &RocksIndex::open;
  PENSTOCK_TRY(StoreOpening(*state).run());
  return std::unique_ptr<Store>(new Store(std::move(state)));
}

const StoreConfig& Store::config() const {
  return state_->config;
}

const StoreSite& Store::site() const {
  return state_->site;
}

std::span<const LoggedCommit> Store::commits() const {
  return state_->log->commits();
}

std::vector<Watermark> Store::written() const {
  PENSTOCK_CHECK(state_->writer != nullptr);
  return state_->writer->extents();
}

std::span<const Watermark> Store::segments() const {
  return state_->catalog->watermarks().list();
}

uint64_t Store::bytes_written() const {
  return state_->writer ? state_->writer->bytes_written() : 0;
}

Status Store::usable() const {
  PENSTOCK_CHECK(state_->writer != nullptr);
  const std::lock_guard lock(state_->error_mutex);
  if (state_->error) return Failure(*state_->error);
  return {};
}

Status Store::keep(Status status) {
  if (status) return status;
  const std::lock_guard lock(state_->error_mutex);
  if (!state_->error) state_->error = status.error();
  return status;
}

Status Store::claim(std::span<const Digest> digests, std::span<Claim> claims) {
  PENSTOCK_TRY(usable());
  return keep(state_->catalog->claim(digests, claims));
}

Status Store::append(const VerifiedBlock& block) {
  PENSTOCK_TRY(usable());
  auto written = state_->writer->write(block);
  if (!written) return keep(Failure(written.error()));
  // In this order: what lies below the first unfinished record is known to the catalog.
  const Status placed = state_->catalog->place(written->segment, written->record, block.entries());
  state_->writer->finish(*written);
  return keep(placed);
}

Status Store::commit(const Cid& commit) {
  return this->commit(std::span(&commit, 1));
}

Status Store::commit(std::span<const Cid> commits) {
  PENSTOCK_TRY(usable());
  for (const Cid& commit : commits) {
    PENSTOCK_TRY_ASSIGN(const BlockLocation location, state_->catalog->find(commit.digest));
    if (!location.placement)
      return keep(fail(Errc::failed, "commit " + commit.text(), "its block was not appended"));
  }
  // Others were told that these blocks are present, and may have left them out of what is acknowledged now.
  if (const size_t lost = state_->catalog->claimed_only(); lost > 0) {
    return keep(fail(Errc::failed, commits.empty() ? "checkpoint" : "commit " + commits.front().text(),
                     std::to_string(lost) + " blocks were claimed and not appended",
                     "reopen the store and put the data again"));
  }
  auto changed = state_->writer->sync();
  if (!changed) return keep(Failure(changed.error()));
  if (commits.empty() && changed->empty()) return {};
  PENSTOCK_TRY(keep(state_->log->append(commits, std::move(*changed))));
  state_->catalog->set_watermarks(state_->log->watermarks());
  return {};
}

Status Store::rescue() {
  PENSTOCK_CHECK(state_->writer != nullptr);
  static_cast<void>(keep(fail(Errc::failed, state_->site.paths.directory, "the put was given up",
                              "reopen the store and put the data again")));
  if (state_->log->broken()) return usable();
  PENSTOCK_TRY_ASSIGN(auto changed, state_->writer->rescue());
  if (changed.empty()) return {};
  PENSTOCK_TRY(state_->log->append({}, std::move(changed)));
  state_->catalog->set_watermarks(state_->log->watermarks());
  return {};
}

std::unique_ptr<StoreReader> Store::new_reader(ReadPattern pattern) {
  return std::make_unique<StoreReader>(*state_->site.files, state_->site.paths, state_->site.uuid,
                                       *state_->catalog, pattern);
}

Result<std::optional<Placement>> Store::find(const Digest& digest) {
  PENSTOCK_TRY_ASSIGN(const BlockLocation location, state_->catalog->find(digest));
  return location.placement;
}

Status Store::find(std::span<const Digest> digests, std::span<BlockLocation> locations) {
  return state_->catalog->find(digests, locations);
}

// The index may have been rebuilt while these could not be read.
Status Store::learn_again(std::span<const DamagedRange> whole, const Quarantine& settled) {
  std::vector<IndexEntry> batch;
  const auto visit = [&](const IndexEntry& entry) -> Status {
    if (settled.contains(entry.placement.segment, entry.placement.record)) return {};
    batch.push_back(entry);
    if (batch.size() < BlockCatalog::kBatchEntries) return {};
    return state_->catalog->learn_again(std::exchange(batch, {}));
  };
  const SegmentVisitor visitor{visit, [](const DamagedRange&) {}};
  std::set<uint32_t> segments;
  for (const DamagedRange& range : whole) segments.insert(range.segment);
  const StoreSite& site = state_->site;
  for (const uint32_t segment : segments) {
    const Watermark watermark{segment, state_->catalog->watermarks().of(segment)};
    PENSTOCK_TRY(visit_segment(*site.files, site.paths, site.uuid, watermark, 0, visitor));
  }
  return batch.empty() ? Status() : state_->catalog->learn_again(batch);
}

Status Store::settle_quarantine(const StoreFindings& findings) {
  const StoreSite& site = state_->site;
  Quarantine settled = state_->catalog->quarantined();
  // What is damaged counts as not stored even if that cannot be written down.
  Quarantine known = settled;
  known.add(findings.damaged);
  state_->catalog->set_quarantine(std::move(known));
  const bool removed = settled.remove(findings.whole);
  const bool added = settled.add(findings.damaged);
  // Whole is what the store says for good: first everything has to be found there.
  if (removed) PENSTOCK_TRY(learn_again(findings.whole, settled));
  const bool changed = added || removed || findings.quarantine_log;
  if (changed && site.access == Access::write)
    PENSTOCK_TRY(settled.write(*site.files, site.paths, site.uuid));
  state_->catalog->set_quarantine(std::move(settled));
  return {};
}

// What a mended footer's place is said to be in `findings` changes with it.
Status Store::mend_segments(StoreFindings& findings) {
  for (const Watermark& watermark : findings.segments) {
    const uint32_t segment = watermark.segment;
    PENSTOCK_TRY_ASSIGN(const SegmentMending mended, mend_segment(state_->site, watermark));
    if (mended.header) {
      state_->site.notice("segment " + segment_file_name(segment) + ": its header is mended");
    }
    if (!mended.footer) continue;
    state_->site.notice("segment " + segment_file_name(segment) + ": its footer is mended");
    const auto in_footer = [&](const DamagedRange& range) {
      return range.segment == segment && range.begin >= *mended.footer;
    };
    std::erase_if(findings.damaged, in_footer);
    std::ranges::copy_if(quarantined(), std::back_inserter(findings.whole), in_footer);
  }
  return {};
}

Status Store::settle(const StoreFindings& findings) {
  if (state_->site.access == Access::read) return settle_quarantine(findings);
  PENSTOCK_TRY(usable());
  StoreFindings left = findings;
  const Status mended = mend_segments(left);
  PENSTOCK_TRY(settle_quarantine(left));
  PENSTOCK_TRY(mended);
  if (!findings.log) return {};
  const auto rewritten = state_->log->rewrite(*state_->site.files, state_->site.paths);
  // Which file the log is now may be unknown.
  if (!rewritten) return keep(Failure(rewritten.error()));
  if (*rewritten) state_->site.notice("commits.log: it is mended, from the whole copy of each record");
  return {};
}

std::span<const DamagedRange> Store::quarantined() const {
  return state_->catalog->quarantined().ranges();
}

}  // namespace penstock
