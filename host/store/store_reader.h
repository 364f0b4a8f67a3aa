// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "codec/codec.h"
#include "dag/block_io.h"
#include "store/block_catalog.h"
#include "store/file_system.h"
#include "store/store_paths.h"
#include "store/stored_record.h"

namespace penstock {

// What a reader is going to be asked for.
enum class ReadPattern : uint8_t {
  scattered,   // a few blocks of a record: no more of it is decoded than up to the last of them
  sequential,  // most blocks of each record, one after the other
};

// What a reader has done so far.
struct ReadCounters {
  uint64_t records = 0;         // whose decoding was begun, whole or from the front
  uint64_t bytes_read = 0;      // of them: heads and payloads
  uint64_t bytes_decoded = 0;   // raw bytes
  uint64_t bytes_digested = 0;  // raw bytes
};

// Reads blocks of a store by address. One thread; the store outlives it. A record is read and decoded once
// for all of its blocks that are asked for soon after each other (scattered reads: twice at the most, and the
// second time only where another record was read between two of its blocks); every block's digest is checked
// before it is handed out. A leaf stays valid while blocks of kRecordsKept other records are read. Scattered
// reads go through the same nodes again and again: these are kept apart, so that frames of leaves do not push
// them out. Memory, taken as it is needed: kFrames × 2 MiB, one encoded record, and kNodeBytesMax.
class StoreReader final : public BlockSource {
 public:
  static constexpr size_t kFrames = 4;
  static constexpr size_t kRecordsKept = kFrames - 1;
  static constexpr size_t kFiles = 8;
  static constexpr size_t kNodeBytesMax = size_t{16} << 20;  // those of a file of 20 GiB
  static constexpr size_t kNodeCost = 128;                   // of keeping one, beside its bytes

  StoreReader(FileSystem& files, StorePaths paths, const StoreUuid& uuid, BlockCatalog& catalog,
              ReadPattern pattern);

  // Valid until the next call. A copy in quarantine is read where there is no other. corrupt error: it is
  // damaged, or may lie in a damaged part of the store; names CID, segment and offset.
  Result<Bytes> read(const Cid& cid) override;
  // Its length, read from the record's table, which is kept for the next one: nothing is decoded.
  Result<uint32_t> block_bytes(const Digest& digest);

  const ReadCounters& counters() const { return counters_; }

 private:
  // A record of which the first `decoded` bytes are decoded. Its blocks' lengths and digests stand in
  // `entries`.
  struct Frame {
    uint32_t segment = 0;  // 0: empty
    uint32_t record = 0;
    uint64_t used = 0;  // by the reader's clock
    std::vector<BlockEntry> entries;
    std::vector<uint32_t> offsets;
    std::vector<bool> checked;
    std::vector<uint16_t> slots;  // entries by digest: place + 1, or 0; linear probing, at most half full
    size_t decoded = 0;
    std::unique_ptr<uint8_t[]> raw;

    std::optional<uint32_t> place_of(const Digest& digest) const;
    size_t end_of(uint32_t place) const { return offsets[place] + size_t{entries[place].length}; }
    void list(const ChunkTable& table);
    void hold(const Placement& at) {
      segment = at.segment;
      record = at.record;
    }
  };
  struct OpenFile {
    uint32_t segment = 0;  // 0: none
    uint64_t used = 0;
    std::unique_ptr<File> file;
  };

  Result<Bytes> read_node(const Digest& digest);
  Result<Bytes> read_block(const Digest& digest);
  Result<Placement> locate(const Digest& digest);
  // The frame and place of a block that some frame holds; null if none does.
  std::pair<Frame*, uint32_t> cached(const Digest& digest);
  Result<const File*> open(uint32_t segment);
  Status read_head(const Placement& placement);
  // Reads the record's table into `frame`, which holds nothing then.
  Status begin(Frame& frame, const Placement& at);
  // What `begin` began: with the checksum and all digests.
  Status decode_whole(Frame& frame, const Placement& at);
  // Up to the end of one block, without the checksum: block_of checks what is handed out.
  Status decode_front(Frame& frame, const Placement& at);
  // Goes on with a front up to the end of another block, unless another record was read since: then the whole
  // record anew.
  Status decode_further(Frame& frame, const Placement& at);
  Result<Frame*> load(const Digest& digest, const Placement& at);
  Result<Bytes> block_of(Frame& frame, uint32_t place);
  Failure locate_error(const Digest& digest, const Placement& placement, const Error& error) const;

  FileSystem* files_;
  StorePaths paths_;
  StoreUuid uuid_;
  BlockCatalog* catalog_;
  ReadPattern pattern_;
  Decoder decoder_;
  StoredRecord record_;
  const Frame* front_ = nullptr;  // the frame of which decoder_ and record_ can still give more
  ReadCounters counters_;
  std::unordered_map<Digest, std::vector<uint8_t>, DigestHash> nodes_;  // verified
  size_t node_bytes_ = 0;
  std::array<Frame, kFrames> frames_;
  Placement table_of_;  // segment 0: none
  std::vector<BlockEntry> table_;
  std::array<OpenFile, kFiles> open_files_;
  uint64_t clock_ = 0;
};

}  // namespace penstock
