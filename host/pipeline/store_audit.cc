// SPDX-License-Identifier: Apache-2.0
#include "pipeline/store_audit.h"

#include <chrono>

#include "pipeline/object_auditor.h"

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
  ObjectAuditor auditor(store, ObjectAuditor::Depth::read, options);
  for (const LoggedCommit& commit : store.commits()) PENSTOCK_TRY(auditor.check_commit(commit.cid));
  PENSTOCK_TRY(auditor.finish());
  report.commits = store.commits().size();
  report.blocks = auditor.blocks();
  report.bytes_raw = auditor.bytes_raw();
  report.damages = auditor.damages();
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
  report.nanoseconds = nanoseconds_since(start);
  return report;
}

}  // namespace penstock
