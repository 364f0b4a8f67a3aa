// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/file_builder.h"
#include "intake/finished_upload.h"
#include "intake/upload_point.h"
#include "intake/upload_tree.h"
#include "pipeline/outline_sink.h"

namespace penstock {

// Builds the trees of all uploads that are under way, from outlines in which they take turns, and keeps what
// journals of partial ones have to be told. One thread at a time, but for expect().
class UploadAssembler final : public OutlineSink {
 public:
  // How urgently journals want to be written.
  enum class Urgency : uint8_t {
    some,  // an upload has come far since its last point
    most,  // one was suspended, and somebody may wait for that
  };
  // What it asks and tells, in the thread that consumes.
  struct Links {
    // Whether the store has this leaf, of that length. Any error is the upload's.
    std::function<Result<bool>(const Leaf&)> has_leaf;
    std::function<void(FinishedUpload)> finished;
    // An upload comes to nothing; whatever follows of it is forgotten.
    std::function<void(uint64_t stream, Error)> refused;
    std::function<void(Urgency)> point_due;
  };

  UploadAssembler(BlockSink& sink, LinkLayout layout, uint32_t zero_leaf_bytes, Links links)
      : sink_(&sink), layout_(layout), zero_leaf_bytes_(zero_leaf_bytes), links_(std::move(links)) {}

  Status consume(const BatchOutline& outline) override;

  // The stream of that number, of which nothing has been consumed yet, goes on with a tree that is there. Any
  // thread.
  void expect(uint64_t stream, std::unique_ptr<UploadTree> tree);

  // Takes what partial uploads have to tell: the suspended ones, and those with `entries_min` or more.
  // Whether any upload has something that was not there at the last call: all of it counts as durable from
  // now on.
  bool take_points(size_t entries_min, std::vector<UploadPoint>& points);

 private:
  Status consume(const TreeEvent& event, std::span<const Leaf> leaves);
  Status grow(UploadTree& tree, const TreeEvent& event, std::span<const Leaf> leaves);
  Status end(UploadTree& tree);
  std::optional<Error> missing(std::span<const Leaf> known) const;
  Result<UploadTree*> open_of(const TreeEvent& event);
  void suspend(uint64_t stream);

  BlockSink* sink_;
  LinkLayout layout_;
  uint32_t zero_leaf_bytes_;
  Links links_;
  std::unordered_map<uint64_t, std::unique_ptr<UploadTree>> open_;
  std::vector<UploadPoint> suspended_;

  std::mutex mutex_;
  std::unordered_map<uint64_t, std::unique_ptr<UploadTree>> expected_;
};

}  // namespace penstock
