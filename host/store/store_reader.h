// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "codec/codec.h"
#include "dag/block_io.h"
#include "store/block_catalog.h"
#include "store/file_system.h"
#include "store/store_paths.h"
#include "store/stored_record.h"

namespace penstock {

// Reads blocks of a store by address. One thread; the store outlives it. A record is read and decoded once
// for all of its blocks that are asked for soon after each other; every block's digest is checked when it is
// first handed out of a decoded frame. Memory, taken as frames come: kFrames × 2 MiB and one encoded record.
class StoreReader final : public BlockSource {
 public:
  static constexpr size_t kFrames = 4;
  static constexpr size_t kFiles = 8;

  StoreReader(FileSystem& files, StorePaths paths, const StoreUuid& uuid, BlockCatalog& catalog);

  // Valid until the next call. A copy in quarantine is read where there is no other. corrupt error: it is
  // damaged, or may lie in a damaged part of the store; names CID, segment and offset.
  Result<Bytes> read(const Cid& cid) override;
  // Its length, read from the record's table: nothing is decoded.
  Result<uint32_t> block_bytes(const Digest& digest);

 private:
  // A decoded record. Its blocks' lengths and digests stand in `entries`.
  struct Frame {
    uint32_t segment = 0;  // 0: empty
    uint32_t record = 0;
    uint64_t used = 0;  // by the reader's clock
    std::vector<BlockEntry> entries;
    std::vector<uint32_t> offsets;
    std::vector<bool> checked;
    std::unique_ptr<uint8_t[]> raw;
  };
  struct OpenFile {
    uint32_t segment = 0;  // 0: none
    uint64_t used = 0;
    std::unique_ptr<File> file;
  };

  Result<Placement> locate(const Digest& digest);
  Frame* cached(const Placement& placement);
  Result<const File*> open(uint32_t segment);
  Status read_head(const Placement& placement);
  Result<Frame*> load(const Placement& placement);
  Result<Bytes> block_of(Frame& frame, const Digest& digest, const Placement& placement);
  Failure locate_error(const Digest& digest, const Placement& placement, const Error& error) const;

  FileSystem* files_;
  StorePaths paths_;
  StoreUuid uuid_;
  BlockCatalog* catalog_;
  Decoder decoder_;
  StoredRecord record_;
  std::array<Frame, kFrames> frames_;
  std::array<OpenFile, kFiles> open_files_;
  uint64_t clock_ = 0;
};

}  // namespace penstock
