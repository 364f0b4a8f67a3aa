// SPDX-License-Identifier: Apache-2.0
#include "benchmark/pipeline_rounds.h"

#include <memory>

#include "benchmark/cpu_pin.h"
#include "benchmark/scratch_store.h"
#include "benchmark/stopwatch.h"
#include "benchmark/warm_memory.h"
#include "pipeline/committing.h"
#include "pipeline/put.h"
#include "pipeline/restore.h"
#include "pipeline/store_audit.h"
#include "store/file_system.h"
#include "store/store.h"

namespace penstock {
namespace {

constexpr const char* kStoreName = "store";
constexpr const char* kRestoredName = "restored";

// What a put or get of `bytes` takes of the machine: files in memory, and its own.
void warm_up(uint64_t bytes) {
  warm_memory(bytes + (uint64_t{512} << 20));
}

Failure not_whole(const std::string& what, uint64_t bytes, uint64_t expected) {
  return fail(Errc::corrupt, what, "gave " + std::to_string(bytes) + " bytes of " + std::to_string(expected),
              "report this");
}

}  // namespace

Status PipelineRounds::run_round() {
  PENSTOCK_TRY(put_twice());
  PENSTOCK_TRY(get_and_verify());
  PENSTOCK_TRY(scratch_->remove(kRestoredName));
  PENSTOCK_TRY(scratch_->remove(kStoreName));
  return put_on_one_core();
}

Result<Cid> PipelineRounds::put(Store& store, unsigned threads, Timing& timing) {
  PutOptions options = bench_put_options(*options_, threads);
  warm_up(sample_bytes_);
  std::optional<Error> problem;
  options.report = [&](const Error& error) { problem = error; };
  Stopwatch stopwatch;
  PENSTOCK_TRY_ASSIGN(const auto entries, open_paths({sample_file_}));
  StoreFrameSink sink(store);
  PENSTOCK_TRY_ASSIGN(const PutReport report, put_entries(*entries, *device_, sink, options));
  const CommitRequest request{{}, {}, {sample_file_}, "default", 0};
  PENSTOCK_TRY(commit_put(store, report, options, request));
  timing.add_run(stopwatch.lap());
  if (problem) return Failure(*problem);
  if (report.counters.bytes_content != sample_bytes_)
    return not_whole("put", report.counters.bytes_content, sample_bytes_);
  return report.root.cid;
}

Status PipelineRounds::put_twice() {
  PENSTOCK_TRY_ASSIGN(const auto store, make_scratch_store(scratch_->path(kStoreName), *options_));
  options_->step("put");
  PENSTOCK_TRY_ASSIGN(root_, put(*store, threads_, bench_.put));
  bench_.bytes_stored = store->bytes_written();
  options_->step("put again");
  PENSTOCK_TRY(put(*store, threads_, bench_.put_again));
  bench_.bytes_grown = store->bytes_written() - bench_.bytes_stored;
  return {};
}

Status PipelineRounds::get_and_verify() {
  PENSTOCK_TRY_ASSIGN(const auto store,
                      Store::open(posix_file_system(), scratch_->path(kStoreName), Access::read, {}));
  options_->step("get");
  RestoreOptions getting;
  getting.threads = threads_;
  warm_up(sample_bytes_);
  Stopwatch stopwatch;
  PENSTOCK_TRY_ASSIGN(const RestoreReport restored,
                      restore_to_path(*store, root_, scratch_->path(kRestoredName), getting));
  bench_.get.add_run(stopwatch.lap());
  if (restored.bytes_content != sample_bytes_) return not_whole("get", restored.bytes_content, sample_bytes_);

  options_->step("verify");
  AuditOptions auditing;
  auditing.threads = threads_;
  std::optional<Error> damage;
  auditing.damage = [&](const Error& error) { damage = error; };
  stopwatch.lap();
  PENSTOCK_TRY_ASSIGN(const AuditReport audit, audit_store(*store, auditing));
  bench_.verify.add_run(stopwatch.lap());
  if (damage) return Failure(*damage);
  bench_.bytes_verified = audit.bytes_raw;
  return {};
}

Status PipelineRounds::put_on_one_core() {
  options_->step("put, one core");
  {
    PENSTOCK_TRY_ASSIGN(const CpuPin pin, CpuPin::here());
    PENSTOCK_TRY_ASSIGN(const auto store, make_scratch_store(scratch_->path(kStoreName), *options_));
    PENSTOCK_TRY(put(*store, 1, bench_.put_one_core));
  }
  return scratch_->remove(kStoreName);
}

}  // namespace penstock
