// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"

namespace penstock {

// A piece of a file's content, cut to the range asked for.
struct FileExtent {
  enum class Kind : uint8_t {
    zeros,         // nothing but zero bytes, any number of them
    leaf,          // part of a raw leaf, which the caller reads
    inline_bytes,  // content that stood in a dag-pb node
  };

  Kind kind = Kind::zeros;
  uint64_t file_offset = 0;
  uint64_t length = 0;
  Cid leaf;                  // leaf
  uint64_t leaf_bytes = 0;   // leaf: declared length of the whole block; who reads it must find exactly that
  uint64_t leaf_offset = 0;  // leaf: where in it the extent begins
  Bytes bytes;               // inline_bytes: valid until the next call of next()
};

// Walks a file's tree from left to right over a range of bytes and yields its extents in order, without gap.
// Takes UnixFS files of any shape: raw leaves, inline leaves, nodes with both, any fan-out and depth up
// to 64. Sub-trees outside the range are not read; those of zeros alone are seen once, and neighbouring zeros
// are one extent, so that a file of exabytes of holes takes as many reads as its tree has levels. (A raw leaf
// counts as zeros where that is cheap to know: whole MiB or 4 KiB pages, repeated, or behind zeros; it may
// pass as a leaf.) Memory: the nodes on the path, and the root of the file before. One thread; `source` is
// not touched between calls, and outlives the walker.
class FileWalker {
 public:
  static constexpr unsigned kDepthMax = 64;

  explicit FileWalker(BlockSource& source);
  ~FileWalker();
  FileWalker(FileWalker&&) noexcept;
  FileWalker& operator=(FileWalker&&) noexcept;

  // Begins with `file`; what was learnt about zeros is kept from the file before, and of the same file again
  // the root is not read again. Returns the file's size;
  // the range is cut to it. absent: no such object; usage: not a file; corrupt: malformed.
  Result<uint64_t> open(const Cid& file, uint64_t offset = 0, uint64_t length = UINT64_MAX);
  // Nothing at the end. corrupt: a block is missing, malformed or not as long as its parent says, or the tree
  // is deeper than kDepthMax.
  Result<std::optional<FileExtent>> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace penstock
