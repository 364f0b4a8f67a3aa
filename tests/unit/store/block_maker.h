// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dag/cid.h"
#include "store/store.h"
#include "verify/verifier.h"

namespace penstock {

// A block of a test: its bytes and its address.
struct TestBlock {
  Cid cid;
  std::vector<uint8_t> bytes;
};

// Random bytes that are the same for the same seed.
std::vector<uint8_t> random_bytes(uint64_t seed, size_t bytes);
TestBlock raw_block(uint64_t seed, size_t bytes);
TestBlock text_block(std::string_view text, Multicodec codec = Multicodec::raw);

// Appends blocks as a put would: encoded, verified, one frame. Stateless but for the codec.
class BlockMaker {
 public:
  explicit BlockMaker(CodecId codec = CodecId::zstd) : codec_(codec) {}

  Status append(Store& store, const std::vector<TestBlock>& blocks) const;
  // A commit of `root` behind the store's head, appended and logged. Returns its block.
  Result<TestBlock> commit(Store& store, const Cid& root) const;
  // The same, but not logged.
  Result<TestBlock> append_commit(Store& store, const Cid& root) const;

 private:
  CodecId codec_;
};

}  // namespace penstock
