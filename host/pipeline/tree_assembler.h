// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "dag/directory_builder.h"
#include "dag/file_builder.h"
#include "pipeline/batch.h"
#include "pipeline/meta_assembler.h"
#include "pipeline/outline_sink.h"
#include "pipeline/put.h"

namespace penstock {

// Builds files and directories from outlines in stream order. One thread at a time.
class TreeAssembler final : public OutlineSink {
 public:
  // `meta` is told of each entry that is added; without it events need no metadata. `several`: the root is a
  // directory, however few are added.
  TreeAssembler(BlockSink& sink, LinkLayout layout, uint32_t zero_leaf_bytes, MetaAssembler* meta = nullptr,
                bool several = false);

  Status consume(const BatchOutline& outline) override;
  // One event, and those of its leaves.
  Status consume(const TreeEvent& event, std::span<const Leaf> leaves);

  // The finished top-level objects, in order.
  const std::vector<PutRoot>& roots() const { return roots_; }
  // The only root, or a directory of all of them, which `several` tells. failed: nothing was added at all.
  Result<DagLink> finish();
  bool several() const;

 private:
  struct OpenDirectory {
    std::string name;
    DirectoryBuilder builder;
  };

  Status begin_directory(const TreeEvent& event);
  Status end_directory();
  Status add_symlink(const TreeEvent& event);
  Status add_linked_file(const TreeEvent& event);
  Status add_known_file(const TreeEvent& event);
  Status end_file(const TreeEvent& event);
  Status add(std::string name, const DagLink& link);

  BlockSink* sink_;
  FileBuilder file_;
  std::string file_name_;
  std::optional<EntryMeta> file_meta_;
  MetaAssembler* meta_;
  bool several_;
  std::vector<OpenDirectory> open_;
  std::vector<PutRoot> roots_;
};

}  // namespace penstock
