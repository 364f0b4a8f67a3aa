// SPDX-License-Identifier: Apache-2.0
#include "server/work_metrics.h"

#include <array>
#include <string>

namespace penstock {
namespace {

constexpr std::array kStates = {DeviceState::healthy, DeviceState::suspect, DeviceState::lost};

void write_device(const DispatchMember& member, const std::string& number, MetricsText& to) {
  const Capabilities& is = member.capabilities();
  const std::array labels{MetricLabel{"device", number}, MetricLabel{"kind", is.kind}};
  const MemberCounters& counted = member.counters();
  const auto count = [&](const char* name, const char* help, const std::atomic<uint64_t>& value) {
    to.counter(name, help, value.load(std::memory_order_relaxed), labels);
  };
  count("penstock_device_jobs_total", "jobs that a device took", counted.jobs);
  count("penstock_device_bytes_in_total", "bytes that they were of", counted.bytes_in);
  count("penstock_device_bytes_out_total", "bytes that it answered", counted.bytes_out);
  count("penstock_device_bytes_copied_total", "bytes copied to and from its own memory",
        counted.bytes_copied);
  count("penstock_device_refused_total", "jobs offered that it had no room for", counted.refused);
  to.counter_seconds("penstock_device_busy_seconds_total", "how long it had at least one job",
                     counted.nanoseconds.load(std::memory_order_relaxed), labels);
  const auto wrong = [&](const char* reason, const std::atomic<uint64_t>& value) {
    const std::array of{labels[0], labels[1], MetricLabel{"reason", reason}};
    to.counter("penstock_device_failures_total", "jobs of which a device made nothing that is used",
               value.load(std::memory_order_relaxed), of);
  };
  wrong("failed", counted.failed);
  wrong("impossible", counted.impossible);
  wrong("wrong", counted.wrong);
  wrong("discarded", counted.discarded);
  wrong("abandoned", counted.abandoned);
  wrong("stale", counted.stale);
  const DeviceState state = member.health().state();
  for (const DeviceState one : kStates) {
    const std::array of{labels[0], labels[1], MetricLabel{"state", device_state_text(one)}};
    to.gauge("penstock_device_health", "1 for the state that a device is in", one == state ? 1 : 0, of);
  }
  to.gauge("penstock_device_emulated", "1: the CPU plays this device, and its figures are no device's",
           is.emulated ? 1 : 0, labels);
}

void write_copies(const IntakeCounters& counted, MetricsText& to) {
  const auto copied = [&](const char* where, uint64_t bytes) {
    const std::array label{MetricLabel{"copy", where}};
    to.counter("penstock_ingest_bytes_copied_total",
               "bytes of uploads that were copied, by which copy it was", bytes, label);
  };
  copied("window", counted.bytes_windowed);
  copied("shift", counted.bytes_shifted);
  copied("batch", counted.bytes_placed);
  copied("gap", counted.lanes.bytes_moved);
}

}  // namespace

void write_intake_metrics(const IntakeCounters& counted, MetricsText& to) {
  to.counter("penstock_commits_total", "uploads that were committed", counted.commits);
  to.counter("penstock_commit_groups_total", "syncs that made them durable", counted.groups);
  to.counter("penstock_ingest_body_bytes_total", "bytes of uploads' bodies that were taken",
             counted.bytes_taken);
  to.counter("penstock_ingest_zero_bytes_total", "bytes of their runs of zeros", counted.bytes_zero);
  to.counter("penstock_ingest_known_bytes_total", "bytes that senders left out because they were there",
             counted.bytes_known);
  write_copies(counted, to);
  const LaneFigures& lanes = counted.lanes;
  const auto chunks = [&](const char* found, uint64_t count, uint64_t bytes) {
    const std::array label{MetricLabel{"found", found}};
    to.counter("penstock_ingest_chunks_total", "chunks that were digested and looked up", count, label);
    to.counter("penstock_ingest_chunk_bytes_total", "bytes of these; of new ones, when they are appended",
               bytes, label);
  };
  chunks("duplicate", lanes.chunks_duplicate, lanes.bytes_duplicate);
  chunks("new", lanes.chunks_new, lanes.bytes_unique);
  to.counter("penstock_ingest_compressed_bytes_total", "what new chunks' bytes became", lanes.bytes_stored);
  const auto frames = [&](const char* kept, uint64_t count) {
    const std::array label{MetricLabel{"kept", kept}};
    to.counter("penstock_ingest_frames_total", "frames of new chunks, by how they are kept", count, label);
  };
  frames("compressed", lanes.frames_compressed);
  frames("stored", lanes.frames_stored);
  for (size_t i = 0; i < kStageCount; ++i) {
    const auto stage = static_cast<Stage>(i);
    const std::array label{MetricLabel{"stage", stage_name(stage)}};
    to.counter_seconds("penstock_stage_seconds_total", "time that lanes spent in a stage, summed over them",
                       lanes.times[stage], label);
  }
}

void write_device_metrics(const Dispatcher& devices, MetricsText& to) {
  size_t number = 0;
  for (const auto& member : devices.members()) write_device(*member, std::to_string(number++), to);
}

}  // namespace penstock
