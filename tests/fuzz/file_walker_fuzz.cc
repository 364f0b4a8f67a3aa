// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"
#include "dag/file_walker.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/hostile_blocks.h"

namespace {

using namespace penstock;

constexpr unsigned kExtentsMax = 256;  // a few blocks can expand to exabytes; this shows enough of them

// Extents follow each other without a gap and stay in the range.
void walk(HostileBlocks& blocks, const Cid& file, uint64_t offset, uint64_t length) {
  FileWalker walker(blocks);
  const auto size = walker.open(file, offset, length);
  if (!size) return;
  const uint64_t begin = std::min(offset, *size);
  const uint64_t end = begin + std::min(length, *size - begin);
  uint64_t at = begin;
  for (unsigned i = 0; i < kExtentsMax; ++i) {
    const auto extent = walker.next();
    if (!extent) return;
    if (!*extent) {
      PENSTOCK_CHECK(at == end);
      return;
    }
    PENSTOCK_CHECK((*extent)->file_offset == at);
    PENSTOCK_CHECK((*extent)->length > 0 && (*extent)->length <= end - at);
    at += (*extent)->length;
    if ((*extent)->kind == FileExtent::Kind::inline_bytes) {
      PENSTOCK_CHECK((*extent)->bytes.size() == (*extent)->length);
      (void)all_zero((*extent)->bytes);  // touches them
    }
    if ((*extent)->kind == FileExtent::Kind::leaf) {
      PENSTOCK_CHECK((*extent)->leaf_offset <= (*extent)->leaf_bytes);
      PENSTOCK_CHECK((*extent)->length <= (*extent)->leaf_bytes - (*extent)->leaf_offset);
    }
  }
}

}  // namespace

// Input: offset (u64), length (u64), codec (u8: odd is raw), blocks (hostile_blocks.h); the first is the
// file.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input({data, size});
  const uint64_t offset = input.take<uint64_t>();
  const uint64_t length = input.take<uint64_t>();
  const Cid file = HostileBlocks::root(input.take<uint8_t>() % 2 == 1 ? Multicodec::raw : Multicodec::dag_pb);
  HostileBlocks blocks(input);
  walk(blocks, file, 0, UINT64_MAX);
  walk(blocks, file, offset, length);
  return 0;
}
