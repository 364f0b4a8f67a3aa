// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
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
  using Finished = std::function<void(FinishedUpload)>;

  UploadAssembler(BlockSink& sink, LinkLayout layout, uint32_t zero_leaf_bytes, Finished finished)
      : sink_(&sink), layout_(layout), zero_leaf_bytes_(zero_leaf_bytes), finished_(std::move(finished)) {}

  Status consume(const BatchOutline& outline) override;

 private:
  struct Open {
    Open(BlockSink& sink, LinkLayout layout, uint32_t zero_leaf_bytes)
        : tree(sink, layout, zero_leaf_bytes) {}
    TreeAssembler tree;
    FinishedUpload upload;
  };

  Status consume(const TreeEvent& event, std::span<const Leaf> leaves);
  Open& open_of(const TreeEvent& event);

  BlockSink* sink_;
  LinkLayout layout_;
  uint32_t zero_leaf_bytes_;
  Finished finished_;
  std::unordered_map<uint64_t, Open> open_;
};

}  // namespace penstock
