// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "store/block_catalog.h"
#include "store/commit_log.h"
#include "store/segment_writer.h"
#include "store/store_config.h"
#include "store/store_site.h"

namespace penstock {

// What an open store consists of. Made by StoreOpening, owned by Store; does not move, its parts refer to it.
struct StoreState {
  StoreConfig config;
  StoreSite site;
  std::unique_ptr<FileLock> lock;  // a writer's
  std::optional<CommitLog> log;
  std::unique_ptr<SegmentWriter> writer;  // a writer's
  std::unique_ptr<BlockCatalog> catalog;
  mutable std::mutex error_mutex;
  std::optional<Error> error;  // the first that a writer met: nothing may be acknowledged after it
};

}  // namespace penstock
