// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.h"
#include "codec/codec.h"
#include "store/file_system.h"
#include "store/stored_record.h"

namespace penstock {

// Finds out how far a segment is whole, record by record, every block checked against its digest. One thread;
// holds one record and one frame.
class WholePrefix {
 public:
  WholePrefix();

  // Called for each whole record, with its decoded frame; an error stops the walk.
  using Visit = std::function<Status(const StoredRecord&, Bytes raw)>;

  // How far the segment `file`, of `size` bytes and known to be whole up to `from`, is whole: header, records
  // one behind the other, footer if there is one. 0: not even its header. failed: the file cannot be read.
  Result<uint32_t> measure(const File& file, const StoreUuid& uuid, uint32_t segment, uint32_t from,
                           uint64_t size, const Visit& visit);

 private:
  Result<bool> header_holds(const File& file, const StoreUuid& uuid, uint32_t segment, uint64_t size);
  Status read(const File& file, SegmentSeed seed, uint32_t offset, uint32_t limit);

  StoredRecord record_;
  std::unique_ptr<uint8_t[]> raw_;
  Decoder decoder_;
};

}  // namespace penstock
