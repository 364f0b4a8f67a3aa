// SPDX-License-Identifier: Apache-2.0
#include "store/store_check.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "store/log_scan.h"
#include "store/quarantine.h"
#include "store/store_toml.h"

namespace penstock {
namespace {

class StoreCheck {
 public:
  StoreCheck(Store& store, const StoreCheckOptions& options) : store_(&store), options_(&options) {}

  CheckReport run();

 private:
  void report(StoreDamage&& damage);
  void unread(const Error& error);
  void report_file(const std::string& file, uint64_t end, Error error);
  void report_file(const std::string& file, uint64_t begin, uint64_t end, std::string what);
  bool healed(const StoreDamage& damage);
  void check_config();
  void check_log();
  void check_quarantine();
  void check_segments();
  void compare(const Watermark& watermark, std::span<const DamagedRange> found, bool read);
  void note_parts(const Watermark& watermark, std::span<const DamagedRange> found, bool part);

  Store* store_;
  const StoreCheckOptions* options_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;
  CheckTotals totals_;
  StoreFindings findings_;
};

bool within(const DamagedRange& range, const DamagedRange& other) {
  return range.segment == other.segment && other.begin <= range.begin && range.end <= other.end;
}

bool StoreCheck::healed(const StoreDamage& damage) {
  if (!damage.range || damage.digests.empty()) return false;
  const bool quarantined = std::ranges::any_of(
      store_->quarantined(), [&](const DamagedRange& range) { return within(*damage.range, range); });
  return quarantined && std::ranges::all_of(damage.digests, [&](const Digest& digest) {
           const auto found = store_->find(digest);
           return found && found->has_value();
         });
}

void StoreCheck::report(StoreDamage&& damage) {
  damage.healed = healed(damage);
  const std::lock_guard lock(mutex_);
  if (damage.healed) --totals_.damages;
  if (options_->damage) options_->damage(damage);
}

void StoreCheck::unread(const Error& error) {
  ++totals_.unread;
  if (options_->unread) options_->unread(error);
}

void StoreCheck::report_file(const std::string& file, uint64_t begin, uint64_t end, std::string what) {
  ++totals_.damages;
  report({file, begin, end, std::move(what), {}, {}});
}

// A file that could not be read, or that only a newer version can, is not damaged for that.
void StoreCheck::report_file(const std::string& file, uint64_t end, Error error) {
  error.what = file;
  if (error.code == Errc::corrupt || error.code == Errc::absent) return report_file(file, 0, end, error.why);
  unread(error);
}

void StoreCheck::check_config() {
  const StoreSite& site = store_->site();
  const std::string path = site.paths.config();
  const auto file = site.files->open(path, false);
  const auto size = file ? (*file)->size() : Result<uint64_t>(Failure(file.error()));
  if (!size) return report_file(path, 0, size.error());
  std::vector<uint8_t> text(*size);
  const Status read = (*file)->read(0, text);
  if (!read) return report_file(path, *size, read.error());
  totals_.bytes_read += *size;
  const auto config = parse_store_toml(as_text(text));
  if (!config) report_file(path, *size, config.error());
}

void StoreCheck::check_log() {
  const StoreSite& site = store_->site();
  const std::string path = site.paths.log();
  const auto file = site.files->open(path, false);
  const auto scan = file ? scan_log(**file, path, site.uuid) : Result<LogScan>(Failure(file.error()));
  if (!scan) return report_file(path, 0, scan.error());
  totals_.bytes_read += scan->size;
  totals_.bytes_unacknowledged += scan->size - scan->end;
  findings_.log = !scan->damage.empty() && scan->records_lost == 0;
  for (const LogDamage& damage : scan->damage) report_file(path, damage.begin, damage.end, damage.text());
}

void StoreCheck::check_quarantine() {
  const StoreSite& site = store_->site();
  const std::string path = site.paths.quarantine();
  const auto read = Quarantine::read(*site.files, site.paths, site.uuid);
  if (!read) return report_file(path, 0, read.error());
  if (read->damaged_records() == 0) return;
  findings_.quarantine_log = true;
  report_file(path, 0, 0, std::to_string(read->damaged_records()) + " records are damaged");
}

// Holds what a segment was found to be against what was known of it. `read`: all of it could be read.
void StoreCheck::compare(const Watermark& watermark, std::span<const DamagedRange> found, bool read) {
  std::vector<DamagedRange> kept;
  for (const DamagedRange& known : store_->quarantined()) {
    if (known.segment != watermark.segment) continue;
    const bool below = known.end <= std::max(watermark.bytes, 1u);
    const bool damaged =
        std::ranges::any_of(found, [&](const DamagedRange& range) { return within(known, range); });
    (read && below && !damaged ? findings_.whole : kept).push_back(known);
  }
  for (const DamagedRange& range : found) {
    const bool known =
        std::ranges::any_of(kept, [&](const DamagedRange& other) { return within(range, other); });
    if (!known) findings_.damaged.push_back(range);
  }
}

// `part`: something in it is damaged that no block depends on.
void StoreCheck::note_parts(const Watermark& watermark, std::span<const DamagedRange> found, bool part) {
  // A damaged footer is bytes at the end that are no record.
  const bool ends = found.size() == 1 && found[0].end == watermark.bytes && found[0].kind == DamageKind::head;
  if (ends || (part && found.empty())) findings_.segments.push_back(watermark);
}

// One thread's share: the next segment that nobody has taken.
void StoreCheck::check_segments() {
  std::vector<DamagedRange> found;
  bool part = false;
  SegmentChecker checker(
      store_->site(),
      [&](StoreDamage&& damage) {
        if (damage.range) {
          found.push_back(*damage.range);
        } else {
          part = true;
        }
        report(std::move(damage));
      },
      [this](const Error& error) {
        const std::lock_guard lock(mutex_);
        if (options_->unread) options_->unread(error);
      });
  const auto segments = store_->segments();
  for (size_t i = next_++; i < segments.size(); i = next_++) {
    found.clear();
    part = false;
    const CheckTotals checked = checker.check(segments[i]);
    if (options_->progress) options_->progress(checked.bytes_read);
    const std::lock_guard lock(mutex_);
    totals_.add(checked);
    compare(segments[i], found, checked.unread == 0);
    if (checked.unread == 0) note_parts(segments[i], found, part);
  }
}

CheckReport StoreCheck::run() {
  check_config();
  check_log();
  check_quarantine();
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < options_->threads; ++i) threads.emplace_back([this] { check_segments(); });
  check_segments();
  for (std::thread& thread : threads) thread.join();
  return {totals_, std::move(findings_)};
}

uint32_t committed_bytes(const Store& store, uint32_t segment) {
  const auto found = std::ranges::find(store.segments(), segment, &Watermark::segment);
  return found == store.segments().end() ? 0 : found->bytes;
}

}  // namespace

Status check_uncommitted(Store& store) {
  Status status;
  uint32_t committed = 0;  // of the segment being checked
  SegmentChecker checker(
      store.site(),
      [&](StoreDamage&& damage) {
        if (status && damage.end > committed) status = Failure(damage.error());
      },
      [&](const Error& error) { status = Failure(error); });
  for (const Watermark& written : store.written()) {
    committed = committed_bytes(store, written.segment);
    if (written.bytes > committed) checker.check(written);
    PENSTOCK_TRY(status);
  }
  return {};
}

Result<CheckReport> check_store(Store& store, const StoreCheckOptions& options) {
  CheckReport report = StoreCheck(store, options).run();
  PENSTOCK_TRY(store.settle(report.findings));
  return report;
}

}  // namespace penstock
