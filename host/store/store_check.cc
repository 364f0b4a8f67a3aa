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

  CheckTotals run();
  std::span<const DamagedRange> ranges() const { return ranges_; }
  // The first segment that could not be read, if any.
  const Status& readable() const { return readable_; }

 private:
  void report(StoreDamage&& damage);
  void report_file(const std::string& file, uint64_t begin, uint64_t end, std::string what);
  bool healed(const StoreDamage& damage);
  void check_config();
  void check_log();
  void check_quarantine();
  void check_segments();

  Store* store_;
  const StoreCheckOptions* options_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;
  CheckTotals totals_;
  std::vector<DamagedRange> ranges_;
  Status readable_;
};

bool StoreCheck::healed(const StoreDamage& damage) {
  if (!damage.range || damage.digests.empty()) return false;
  const auto known = store_->quarantined();
  const bool quarantined = std::ranges::any_of(known, [&](const DamagedRange& range) {
    return range.segment == damage.range->segment && range.begin <= damage.range->begin &&
           damage.range->end <= range.end;
  });
  return quarantined && std::ranges::all_of(damage.digests, [&](const Digest& digest) {
           const auto found = store_->find(digest);
           return found && found->has_value();
         });
}

void StoreCheck::report(StoreDamage&& damage) {
  damage.healed = healed(damage);
  const std::lock_guard lock(mutex_);
  if (damage.healed) {
    --totals_.damages;
  } else if (damage.range) {
    ranges_.push_back(*damage.range);
  }
  if (options_->damage) options_->damage(damage);
}

void StoreCheck::report_file(const std::string& file, uint64_t begin, uint64_t end, std::string what) {
  ++totals_.damages;
  report({file, begin, end, std::move(what), {}, {}});
}

void StoreCheck::check_config() {
  const StoreSite& site = store_->site();
  const std::string path = site.paths.config();
  const auto file = site.files->open(path, false);
  const auto size = file ? (*file)->size() : Result<uint64_t>(Failure(file.error()));
  if (!size) return report_file(path, 0, 0, size.error().why);
  std::vector<uint8_t> text(*size);
  const Status read = (*file)->read(0, text);
  const auto config = parse_store_toml(as_text(text));
  totals_.bytes_read += *size;
  if (!read || !config) report_file(path, 0, *size, read ? config.error().why : read.error().why);
}

void StoreCheck::check_log() {
  const StoreSite& site = store_->site();
  const std::string path = site.paths.log();
  const auto file = site.files->open(path, false);
  const auto scan = file ? scan_log(**file, site.uuid) : Result<LogScan>(Failure(file.error()));
  if (!scan) return report_file(path, 0, 0, scan.error().why);
  totals_.bytes_read += scan->size;
  totals_.bytes_unacknowledged += scan->size - scan->end;
  for (const LogDamage& damage : scan->damage) report_file(path, damage.begin, damage.end, damage.text());
}

void StoreCheck::check_quarantine() {
  const StoreSite& site = store_->site();
  const auto read = Quarantine::read(*site.files, site.paths, site.uuid);
  if (!read) return report_file(site.paths.quarantine(), 0, 0, read.error().why);
  if (read->damaged_records() > 0) {
    report_file(site.paths.quarantine(), 0, 0,
                std::to_string(read->damaged_records()) + " records are damaged");
  }
}

// One thread's share: the next segment that nobody has taken.
void StoreCheck::check_segments() {
  SegmentChecker checker(store_->site(), [this](StoreDamage&& damage) { report(std::move(damage)); });
  const auto segments = store_->segments();
  for (size_t i = next_++; i < segments.size(); i = next_++) {
    const auto found = checker.check(segments[i]);
    if (found && options_->progress) options_->progress(found->bytes_read);
    const std::lock_guard lock(mutex_);
    if (found) {
      totals_.add(*found);
    } else if (readable_) {
      readable_ = Failure(found.error());
    }
  }
}

CheckTotals StoreCheck::run() {
  check_config();
  check_log();
  check_quarantine();
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < options_->threads; ++i) threads.emplace_back([this] { check_segments(); });
  check_segments();
  for (std::thread& thread : threads) thread.join();
  return totals_;
}

}  // namespace

Result<CheckTotals> check_store(Store& store, const StoreCheckOptions& options) {
  StoreCheck check(store, options);
  const CheckTotals totals = check.run();
  if (store.site().access == Access::write) PENSTOCK_TRY(store.quarantine(check.ranges()));
  PENSTOCK_TRY(check.readable());
  return totals;
}

}  // namespace penstock
