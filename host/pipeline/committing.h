// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "dag/cid.h"
#include "dag/commit.h"
#include "pipeline/put.h"
#include "store/store.h"

namespace penstock {

// What a commit says beside its root (docs/history.md).
struct CommitRequest {
  std::string name;  // --name; may be empty
  std::string host;
  std::vector<std::string> paths;  // as given; any bytes
  std::string profile;             // "default" or "ipfs"
  int64_t time_ns = 0;             // since 1970, UTC
};

// What the commit of such a put says, but for its place in the history.
Commit describe_put(const PutCounters& counters, const Cid& root, const PutOptions& options,
                    const CommitRequest& request);

// Makes the commit of a finished put, behind the store's head, and returns its CID when it is durable.
Result<Cid> commit_put(Store& store, const PutReport& put, const PutOptions& options,
                       const CommitRequest& request);

}  // namespace penstock
