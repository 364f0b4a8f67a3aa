// SPDX-License-Identifier: Apache-2.0
#include "gateway/file_body.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace penstock {

FileBody::FileBody(BlockSource& source, const Cid& file)
    : file_(file), source_(source, file), walker_(source_) {}

Result<uint64_t> FileBody::open(const ByteSlice& slice) {
  extent_.reset();
  return walker_.open(file_, slice.offset, slice.length);
}

Result<size_t> FileBody::fill(MutableBytes into) {
  size_t filled = 0;
  while (filled < into.size()) {
    if (!extent_ || done_ == extent_->length) {
      PENSTOCK_TRY_ASSIGN(extent_, walker_.next());
      done_ = 0;
      if (!extent_) return filled;
    }
    const auto part = static_cast<size_t>(std::min<uint64_t>(into.size() - filled, extent_->length - done_));
    PENSTOCK_TRY(copy(into.subspan(filled, part)));
    filled += part;
    done_ += part;
  }
  return filled;
}

// A leaf is read anew for each part of it: between two turns the reader may have been another's.
Status FileBody::copy(MutableBytes into) {
  if (extent_->kind == FileExtent::Kind::zeros) {
    std::memset(into.data(), 0, into.size());
    return {};
  }
  if (extent_->kind == FileExtent::Kind::inline_bytes) {
    std::memcpy(into.data(), extent_->bytes.data() + done_, into.size());
    return {};
  }
  PENSTOCK_TRY_ASSIGN(const Bytes block, source_.read(extent_->leaf));
  if (block.size() != extent_->leaf_bytes) {
    return fail(Errc::corrupt, extent_->leaf.text(),
                "has " + std::to_string(block.size()) + " bytes where its parent says " +
                    std::to_string(extent_->leaf_bytes),
                kMalformedRemedy);
  }
  std::memcpy(into.data(), block.data() + extent_->leaf_offset + done_, into.size());
  return {};
}

}  // namespace penstock
