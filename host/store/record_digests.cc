// SPDX-License-Identifier: Apache-2.0
#include "store/record_digests.h"

#include "base/check.h"
#include "hash/sha256.h"

namespace penstock {

std::vector<uint32_t> wrong_digests(const ChunkTable& table, Bytes raw) {
  std::vector<Bytes> blocks(table.size());
  std::vector<Digest> digests(table.size());
  size_t offset = 0;
  for (size_t place = 0; place < table.size(); ++place) {
    const uint32_t length = table[place].length;
    PENSTOCK_CHECK(length <= raw.size() - offset);
    blocks[place] = raw.subspan(offset, length);
    offset += length;
  }
  sha256_path().digest(blocks, digests);
  std::vector<uint32_t> wrong;
  for (uint32_t place = 0; place < table.size(); ++place) {
    if (table[place].digest != digests[place]) wrong.push_back(place);
  }
  return wrong;
}

}  // namespace penstock
