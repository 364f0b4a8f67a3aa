// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/file_builder.h"
#include "intake/finished_upload.h"
#include "pipeline/outline_sink.h"
#include "pipeline/tree_assembler.h"

namespace penstock {

// Builds the trees of all uploads that are under way, from outlines in which they take turns. One thread at a
// time.
class UploadAssembler final : public OutlineSink {
 public:
  // What it asks and tells, in the thread that consumes.
  struct Links {
    // Whether the store has this leaf, of that length. Any error is the upload's.
    std::function<Result<bool>(const Leaf&)> has_leaf;
    std::function<void(FinishedUpload)> finished;
    // An upload comes to nothing; whatever follows of it is forgotten.
    std::function<void(uint64_t stream, Error)> refused;
  };

  UploadAssembler(BlockSink& sink, LinkLayout layout, uint32_t zero_leaf_bytes, Links links)
      : sink_(&sink), layout_(layout), zero_leaf_bytes_(zero_leaf_bytes), links_(std::move(links)) {}

  Status consume(const BatchOutline& outline) override;

 private:
  struct Open {
    Open(BlockSink& sink, LinkLayout layout, uint32_t zero_leaf_bytes)
        : tree(sink, layout, zero_leaf_bytes) {}
    TreeAssembler tree;
    FinishedUpload upload;
    bool refused = false;
  };

  Status consume(const TreeEvent& event, std::span<const Leaf> leaves);
  Status grow(Open& open, const TreeEvent& event, std::span<const Leaf> leaves);
  Status end(Open& open);
  std::optional<Error> missing(std::span<const Leaf> known) const;
  Open& open_of(const TreeEvent& event);

  BlockSink* sink_;
  LinkLayout layout_;
  uint32_t zero_leaf_bytes_;
  Links links_;
  std::unordered_map<uint64_t, Open> open_;
};

}  // namespace penstock
