// SPDX-License-Identifier: Apache-2.0
#include "server/store_metrics.h"

#include <filesystem>
#include <system_error>

#include "store/file_system.h"

namespace penstock {

StoreMetrics::StoreMetrics(const Store& store) : store_(&store) {
  for (const Watermark& segment : store.segments()) bytes_at_start_[segment.segment] = segment.bytes;
}

void StoreMetrics::write_metrics(MetricsText& to) const {
  std::map<uint32_t, uint64_t> segments = bytes_at_start_;
  for (const Watermark& segment : store_->written()) segments[segment.segment] = segment.bytes;
  uint64_t bytes = 0;
  for (const auto& [number, held] : segments) bytes += held;
  to.gauge("penstock_store_segments", "segments that the store consists of", segments.size());
  to.gauge("penstock_store_bytes", "bytes in them, committed or not", bytes);
  to.counter("penstock_store_bytes_written_total", "bytes written to segments", store_->bytes_written());
  to.counter("penstock_store_syncs_total", "calls of fsync, of segments, logs, journals and directories",
             posix_syncs());
  std::error_code error;
  const auto space = std::filesystem::space(store_->site().paths.directory, error);
  if (!error) {
    to.gauge("penstock_store_free_bytes", "room that its file system has for it", space.available);
    to.gauge("penstock_store_filesystem_bytes", "how large that file system is", space.capacity);
  }
}

}  // namespace penstock
