// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "store/index.h"
#include "store/segment_writer.h"

namespace penstock {

struct StoreOptions {
  // Told to the user: what was recovered, rebuilt, set aside. Called in open(), and where a damaged index is
  // replaced later; never from the data path.
  std::function<void(const std::string&)> notice = {};
  // Opens the index; RocksDB by default. Tests bring their own.
  IndexFactory index_factory = {};
  SegmentWriterOptions segments = {};
};

}  // namespace penstock
