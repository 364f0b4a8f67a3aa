// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
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
  scattered,   // single blocks: of a record no more is decoded than the first of them needs
  sequential,  // most blocks of each record, one after the other
};

// Reads blocks of a store by address. One thread; the store outlives it. A record is read and decoded once
// for all of its blocks that are asked for soon after each other (scattered reads: twice at the most); every
// block's digest is checked before it is handed out. Memory, taken as frames come: kFrames × 2 MiB and one
// encoded record.
class StoreReader final : public BlockSource {
 public:
  static constexpr size_t kFrames = 4;
  static constexpr size_t kFiles = 8;

  StoreReader(FileSystem& files, StorePaths paths, const StoreUuid& uuid, BlockCatalog& catalog,
              ReadPattern pattern);

  // Valid until the next call. A copy in quarantine is read where there is no other. corrupt error: it is
  // damaged, or may lie in a damaged part of the store; names CID, segment and offset.
  Result<Bytes> read(const Cid& cid) override;
  // Its length, read from the record's table: nothing is decoded.
  Result<uint32_t> block_bytes(const Digest& digest);

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
  };
  struct OpenFile {
    uint32_t segment = 0;  // 0: none
    uint64_t used = 0;
    std::unique_ptr<File> file;
  };

  Result<Bytes> read_block(const Digest& digest);
  Result<Placement> locate(const Digest& digest);
  // The frame and place of a block that some frame holds; null if none does.
  std::pair<Frame*, uint32_t> cached(const Digest& digest);
  Result<const File*> open(uint32_t segment);
  Status read_head(const Placement& placement);
  // Decodes the record into `frame`: as a whole, or up to the end of `place`.
  Status load(Frame& frame, const Placement& placement, bool whole);
  Result<Bytes> block_of(Frame& frame, uint32_t place);
  Failure locate_error(const Digest& digest, const Placement& placement, const Error& error) const;

  FileSystem* files_;
  StorePaths paths_;
  StoreUuid uuid_;
  BlockCatalog* catalog_;
  ReadPattern pattern_;
  Decoder decoder_;
  StoredRecord record_;
  std::array<Frame, kFrames> frames_;
  std::array<OpenFile, kFiles> open_files_;
  uint64_t clock_ = 0;
};

}  // namespace penstock
