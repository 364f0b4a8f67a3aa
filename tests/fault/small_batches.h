// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fault/seeded_random.h"
#include "ingest/entry_stream.h"

namespace penstock {

// A directory of files that a put takes in batches of 4 to 64 KiB. A batch is full when places are given away
// for a frame's worth of bytes, so every other file announces that it is as large as all that is left, and is
// not. Some of them are as others before, some cannot be compressed. One thread.
class SmallBatches final : public EntryStream {
 public:
  SmallBatches(uint64_t seed, size_t batches);

  Result<std::optional<Entry>> next() override;

 private:
  Entry file(size_t bytes, uint64_t size_hint);
  std::vector<uint8_t> content(size_t bytes);

  SeededRandom random_;
  uint64_t stream_ = 0;  // the last file's content
  size_t batches_;
  size_t files_ = 0;
  size_t bytes_left_ = 0;  // of the batch, for its second file
  uint64_t room_left_ = 0;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace penstock
