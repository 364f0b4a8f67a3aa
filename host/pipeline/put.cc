// SPDX-License-Identifier: Apache-2.0
#include "pipeline/put.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

#include "base/limits.h"
#include "pipeline/baseline.h"
#include "pipeline/batch_filler.h"
#include "pipeline/block_packer.h"
#include "pipeline/cross_check.h"
#include "pipeline/memory_plan.h"
#include "pipeline/meta_assembler.h"
#include "pipeline/put_checkpoints.h"
#include "pipeline/put_lane.h"
#include "pipeline/put_pools.h"
#include "pipeline/stream_order.h"
#include "pipeline/tree_assembler.h"

namespace penstock {
namespace {

// Outlines that may wait for their turn, a lane.
constexpr size_t kOutlinesPerLane = 8;
// Batches that a lane keeps with a device that works beside it.
constexpr unsigned kBatchesWithDevice = 4;

// Descriptors that the store, its index and the directories being walked may want.
constexpr size_t kDescriptorsKept = 256;

// Descriptors left for each of `batches` that are under way.
size_t descriptors_per_batch(size_t batches) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur <= kDescriptorsKept) return 0;
  return std::min<size_t>((limit.rlim_cur - kDescriptorsKept) / batches, Batch::kEventsMax);
}

using Lanes = std::vector<std::unique_ptr<PutLane>>;

// Runs every lane on a thread of its own (the last on the caller's) and returns the first failure.
Status run_lanes(const Lanes& lanes) {
  std::vector<Status> statuses(lanes.size());
  std::vector<std::jthread> threads;
  for (size_t i = 0; i + 1 < lanes.size(); ++i)
    threads.emplace_back([&, i] { statuses[i] = lanes[i]->run(); });
  statuses.back() = lanes.back()->run();
  threads.clear();
  for (const Status& status : statuses) PENSTOCK_TRY(status);
  return {};
}

Result<Lanes> open_lanes(PutCourse& course, const MemoryPlan& plan, BufferPool& frames) {
  Lanes lanes;
  for (unsigned i = 0; i < plan.lanes; ++i) {
    PENSTOCK_TRY_ASSIGN(auto queue_pair, course.dispatcher.open_queue_pair(plan.batches_per_lane));
    lanes.push_back(std::make_unique<PutLane>(course, std::move(queue_pair), frames, plan.batches_per_lane));
  }
  return lanes;
}

// Of lanes that have ended.
void add_figures(const Lanes& lanes, PutReport& report) {
  for (const auto& lane : lanes) {
    report.counters += lane->counters();
    report.counters += lane->whole_file_counters();
    report.verify += lane->verify_counters();
    report.times += lane->times();
  }
}

}  // namespace

PutCounters& PutCounters::operator+=(const PutCounters& other) {
  files += other.files;
  directories += other.directories;
  symlinks += other.symlinks;
  specials += other.specials;
  files_linked += other.files_linked;
  files_new += other.files_new;
  files_changed += other.files_changed;
  files_unchanged += other.files_unchanged;
  files_gone += other.files_gone;
  entries_reported += other.entries_reported;
  bytes_content += other.bytes_content;
  bytes_linked += other.bytes_linked;
  bytes_unchanged += other.bytes_unchanged;
  bytes_zero_runs += other.bytes_zero_runs;
  bytes_duplicate += other.bytes_duplicate;
  bytes_unique += other.bytes_unique;
  bytes_stored += other.bytes_stored;
  nodes += other.nodes;
  bytes_nodes_raw += other.bytes_nodes_raw;
  bytes_nodes += other.bytes_nodes;
  chunks += other.chunks;
  chunks_duplicate += other.chunks_duplicate;
  frames += other.frames;
  frames_stored += other.frames_stored;
  bytes_moved += other.bytes_moved;
  batches_fused += other.batches_fused;
  bytes_fused_wasted += other.bytes_fused_wasted;
  static_assert(sizeof(PutCounters) == 27 * sizeof(uint64_t), "a counter is not summed");
  return *this;
}

bool keeps_unfinished(const Dispatcher& dispatcher, const PutOptions& options) {
  return dispatcher.capabilities().is_cpu || options.verify.kind == VerifyLevel::Kind::full ||
         options.verify.kind == VerifyLevel::Kind::cross;
}

std::string codec_choice_text(const PutOptions& options) {
  return options.codec_any ? "auto" : codec_text(options.codec);
}

Result<PutReport> put_entries(EntryStream& entries, Device& cpu, FrameSink& sink, const PutOptions& options) {
  Dispatcher alone({&cpu}, cpu, {});
  return put_entries(entries, alone, sink, options);
}

Result<PutReport> put_entries(EntryStream& entries, Dispatcher& dispatcher, FrameSink& sink,
                              const PutOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const Capabilities& capabilities = dispatcher.capabilities();
  const unsigned batches = capabilities.is_cpu ? 1 : kBatchesWithDevice;
  PENSTOCK_TRY_ASSIGN(const MemoryPlan plan,
                      plan_memory(options.threads, batches, options.codec,
                                  CrossCheck::possible(dispatcher, options.verify), dispatcher));
  PutPools pools(dispatcher.stranded());
  PENSTOCK_TRY(pools.create(plan, dispatcher));
  dispatcher.stranded().provide(plan.jobs_lost);

  BlockPacker packer(sink, *pools.frames, options.codec, options.verify);
  std::mutex report_mutex;
  PutOptions shared = options;
  if (options.report) {
    shared.report = [&](const Error& error) {
      const std::lock_guard lock(report_mutex);
      options.report(error);
    };
  }
  std::optional<MetaAssembler> meta;
  if (options.metadata.kept) meta.emplace(packer, shared.report);
  TreeAssembler assembler(packer, options.layout, options.chunker.zero_leaf_bytes(), meta ? &*meta : nullptr,
                          options.metadata.several);
  StreamOrder order(assembler, kOutlinesPerLane * plan.lanes * plan.batches_per_lane);
  BatchFiller filler(entries, *pools.inputs, shared, descriptors_per_batch(plan.input_buffers));
  PutCourse course{filler, order, sink, shared, dispatcher};
  std::optional<PutCheckpoints> checkpoints;
  if (options.checkpoint && keeps_unfinished(dispatcher, options)) {
    course.checkpoints = &checkpoints.emplace(sink, *options.checkpoint, plan.lanes);
    packer.tell([made = course.checkpoints](uint64_t bytes) { made->appended(bytes); });
  }
  PENSTOCK_TRY_ASSIGN(const Lanes lanes, open_lanes(course, plan, *pools.frames));
  PENSTOCK_TRY(run_lanes(lanes));
  PENSTOCK_TRY(course.goes_on());
  PutReport report;
  report.counters = filler.counters();
  add_figures(lanes, report);
  PENSTOCK_TRY_ASSIGN(report.root, assembler.finish());
  if (meta) {
    PENSTOCK_TRY_ASSIGN(
        report.meta, meta->finish(assembler.several(), options.metadata, report.counters.entries_reported));
    report.unread = meta->unread();
    report.counters += meta->counters();
  }
  PENSTOCK_TRY(packer.flush());
  report.rechecked = course.distrust.begun();
  PENSTOCK_TRY(course.distrust.settle(sink));
  if (options.baseline != nullptr) report.parent = options.baseline->commit();
  report.roots = assembler.roots();
  report.counters.nodes = packer.blocks();
  report.counters.bytes_nodes_raw = packer.bytes_raw();
  report.counters.bytes_nodes = packer.bytes_stored();
  report.lanes = plan.lanes;
  report.verify += packer.verify_counters();
  report.nanoseconds =
      static_cast<uint64_t>(std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count());
  return report;
}

}  // namespace penstock
