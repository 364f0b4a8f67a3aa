// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "gateway/access_file.h"
#include "gateway/allowed_origins.h"
#include "gateway/gateway_counters.h"
#include "gateway/metrics_source.h"
#include "gateway/reader_pool.h"
#include "intake/partial_uploads.h"
#include "store/store.h"

namespace penstock {

// Of one worker, but for object_bytes_max. Memory at the worst: reads_max × body_buffer_bytes, cars_max ×
// about 100 MiB, listings_max × about 50 MiB, haves_max × about 6 MiB,
// small_haves_max × about 200 KiB.
struct GatewayLimits {
  uint64_t object_bytes_max = kTiB;
  size_t uploads_max = 1024;
  size_t uploads_per_caller_max = 256;
  size_t reads_max = 256;   // answers that are made of the store's content, at once
  size_t cars_max = 4;      // of them, CARs without duplicates
  size_t listings_max = 8;  // of them, listings of more than some thousand entries
  size_t haves_max = 8;     // questions of more than 2,048 digests, at once
  size_t small_haves_max = 128;
  size_t body_buffer_bytes = 256 * kKiB;
};

struct GatewayOptions {
  GatewayLimits limits;
  std::string version;  // of the program
  std::string profile = "default";
  bool metrics_from_loopback = false;  // without a token
  AllowedOrigins origins;              // whose pages may use this server
  // What keeps the server from serving; empty: nothing. Any thread; returns soon.
  std::function<std::string()> trouble = {};
  // Told of what clients are told of in general words alone: an upload that failed, an answer that broke off.
  // Any thread.
  std::function<void(const Error&)> report = {};
  std::function<int64_t()> now = {};  // seconds since 1970; the system's clock where none
};

// What all workers' services share. All of it outlives them.
struct GatewayParts {
  Store* store = nullptr;
  ReaderPool* readers = nullptr;
  AccessFile* access = nullptr;
  GatewayCounters* counters = nullptr;
  std::vector<const MetricsSource*> metrics;
  PartialUploads* partials = nullptr;  // null: no upload can be gone on with
};

}  // namespace penstock
