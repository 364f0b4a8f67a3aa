// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store_audit.h"

#include <chrono>
#include <utility>

#include "pipeline/memory_plan.h"
#include "pipeline/object_auditor.h"
#include "store/segment_findings.h"
#include "store/store_check.h"

namespace penstock {
namespace {

using Clock = std::chrono::steady_clock;

uint64_t nanoseconds_since(Clock::time_point start) {
  return static_cast<uint64_t>(std::chrono::nanoseconds(Clock::now() - start).count());
}

}  // namespace

Result<AuditReport> audit_store(Store& store, const AuditOptions& options) {
  const Clock::time_point start = Clock::now();
  AuditReport report;
  StoreCheckOptions bytes;
  bytes.threads = usable_threads(options.threads);
  bytes.damage = [&](const StoreDamage& damage) {
    if (!damage.healed && options.damage) options.damage(damage.error());
  };
  bytes.unread = options.unread;
  bytes.progress = [&](uint64_t count) {
    if (options.progress != nullptr) options.progress->bytes_content += count;
  };
  if (options.progress != nullptr) {
    for (const Watermark& segment : store.segments()) options.progress->bytes_expected += segment.bytes;
  }
  PENSTOCK_TRY_ASSIGN(CheckReport checked, check_store(store, bytes));
  const CheckTotals& totals = checked.totals;
  report.findings = std::move(checked.findings);
  report.unread = totals.unread;

  // Every byte was read above: what commits need has only to be there.
  ObjectAuditor auditor(store, ObjectAuditor::Depth::find, options);
  Status followed;
  for (const LoggedCommit& commit : store.commits()) {
    if (followed) followed = auditor.check_commit(commit.cid);
  }
  if (followed) followed = auditor.finish();
  if (!followed) {
    ++report.unread;
    if (options.unread) options.unread(followed.error());
  }

  report.segments = totals.segments;
  report.bytes_read = totals.bytes_read;
  report.bytes_raw = totals.bytes_raw;
  report.blocks = totals.blocks;
  report.commits = store.commits().size();
  report.damages = totals.damages + auditor.damages();
  report.bytes_unacknowledged = totals.bytes_unacknowledged;
  report.nanoseconds = nanoseconds_since(start);
  return report;
}

Result<AuditReport> audit_object(Store& store, const Cid& cid, const AuditOptions& options) {
  const Clock::time_point start = Clock::now();
  AuditReport report;
  ObjectAuditor auditor(store, ObjectAuditor::Depth::read, options);
  PENSTOCK_TRY(auditor.check(cid));
  PENSTOCK_TRY(auditor.finish());
  report.blocks = auditor.blocks();
  report.bytes_raw = auditor.bytes_raw();
  report.damages = auditor.damages();
  // A block that is damaged is known by where it lies: so that a put heals it.
  report.findings = find_damage(store, auditor.damaged_segments());
  report.nanoseconds = nanoseconds_since(start);
  return report;
}

}  // namespace penstock
