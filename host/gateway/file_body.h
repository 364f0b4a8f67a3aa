// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "dag/file_walker.h"
#include "dag/object_source.h"
#include "gateway/body_source.h"
#include "gateway/range_field.h"

namespace penstock {

// The content of a file, or a part of it. Holes and zero runs are zeros. What is missing, damaged, or not as
// long as its parent says, is an error, never other bytes.
class FileBody final : public BodySource {
 public:
  // The source outlives it. As FileWalker::open.
  FileBody(BlockSource& source, const Cid& file);
  // The file's size.
  Result<uint64_t> open(const ByteSlice& slice);

  Result<size_t> fill(MutableBytes into) override;

 private:
  // Of the extent: `into` from what lies `done_` bytes behind its beginning.
  Status copy(MutableBytes into);

  Cid file_;
  ObjectSource source_;
  FileWalker walker_;
  std::optional<FileExtent> extent_;
  uint64_t done_ = 0;  // bytes of it
};

}  // namespace penstock
