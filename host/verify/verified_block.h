// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/ids.h"

namespace penstock {

// A chunk as a record's table lists it; they lie one behind the other in the frame's raw bytes.
struct BlockEntry {
  Digest digest;
  Multicodec codec = Multicodec::raw;
  uint32_t length = 0;  // raw bytes
};

// What a device claims: that `payload` decodes to `raw`, and that entries[i].digest is that of its i-th
// piece. All of it lies where no device can write: what was checked is what the store gets.
struct EncodedBlock {
  CodecId codec = CodecId::stored;
  Bytes raw;  // the entries' bytes, one behind the other
  std::span<const BlockEntry> entries;
  Bytes payload;                  // for stored: raw itself
  bool digests_from_cpu = false;  // computed by this host's CPU, from these bytes
};

// What another device made of an EncodedBlock: data, that the verifier compares.
struct CrossAnswer {
  Bytes decoded;                    // what the payload decodes to; nothing is looked for where it is stored
  std::span<const Digest> digests;  // of the entries; not looked at where the CPU made the block's
};

// A frame that has passed verify() or verify_cross(), which alone can make one: the only thing that the store
// appends. Borrows the memory of the EncodedBlock, and is valid as long as that.
class VerifiedBlock {
 public:
  CodecId codec() const { return codec_; }
  uint32_t raw_length() const { return raw_length_; }
  std::span<const BlockEntry> entries() const { return entries_; }
  Bytes payload() const { return payload_; }

 private:
  friend class Verifier;
  VerifiedBlock() = default;

  CodecId codec_ = CodecId::stored;
  uint32_t raw_length_ = 0;
  std::span<const BlockEntry> entries_;
  Bytes payload_;
};

}  // namespace penstock
