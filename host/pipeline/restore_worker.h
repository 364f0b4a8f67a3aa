// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "memory/buffer_pool.h"
#include "pipeline/restore_course.h"
#include "pipeline/restore_stage.h"
#include "store/store_reader.h"

namespace penstock {

// One thread of a restore: it brings tasks' pieces with a reader of its own, digests checked, and writes
// them.
class RestoreWorker {
 public:
  static constexpr size_t kBufferBytes = size_t{4} << 20;

  // `buffer`: of kBufferBytes; a stream's pieces are put together in it.
  RestoreWorker(RestoreCourse& course, std::unique_ptr<StoreReader> reader, Buffer buffer);

  // Until the queue is closed and empty, or the course has stopped.
  void run();

  const ReadCounters& counters() const { return reader_->counters(); }

 private:
  // Neighbouring bytes of a file that lie side by side in a frame too, to be written at once: writers of one
  // file wait for each other.
  struct Run {
    RestoredFile* file = nullptr;  // null: none
    Bytes bytes;
    uint64_t offset = 0;  // in the file
    uint32_t pieces = 0;
  };

  void bring(RestoreTask& task);
  Status bring_whole_file(RestorePiece& piece);
  Result<Descriptor> make_file(const RestorePiece& piece);
  void bring_extent(const RestorePiece& piece);
  void write_run();
  void bring_in_turn(const RestoreTask& task);
  Status write_in_turn(const RestoreTask& task);
  Status write_zeros(const RestoredFile& file, uint64_t bytes);
  Result<Bytes> extent_bytes(const FileExtent& extent, Bytes inline_bytes);

  RestoreCourse* course_;
  std::unique_ptr<StoreReader> reader_;
  Buffer buffer_;
  Run run_;
  int root_ = -1;          // of the last file that was made,
  std::string directory_;  // and where it was below that; open once a second one is made there
  Descriptor directory_open_;
};

}  // namespace penstock
