// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "dag/file_walker.h"
#include "memory/buffer_pool.h"
#include "pipeline/restore.h"
#include "pipeline/restore_task.h"
#include "pipeline/restore_window.h"
#include "pipeline/task_queue.h"
#include "store/store.h"

namespace penstock {

// The workers of one restore: each has a reader of its own, brings tasks' pieces, digests checked, and
// writes them. The walk, which makes the tasks, runs on the caller's thread. Of a tree it gathers as many
// pieces as workers leave it time for, and sorts them as the store has them.
class Restoration {
 public:
  enum class Order : uint8_t {
    any,      // as the store has them, each extent to its offset; zeros are left as holes
    in_turn,  // a stream: one task behind the other, zeros written out
  };

  static Result<std::unique_ptr<Restoration>> start(Store& store, Order order, const RestoreOptions& options);
  ~Restoration();

  // Cuts the content of `cid` into pieces; the last that ends closes `file`. failed: the size
  // passes what is left of bytes_max, or the restore has been stopped. A damaged file is reported.
  Status restore_file(std::unique_ptr<RestoredFile> file, const Cid& cid, std::optional<ByteRange> range);
  // Queues the file `path` below the descriptor `root`, which stays open until finish(); its content is the
  // one block `cid`, of `bytes_hint` bytes or so. Damage is reported, and then there is no such file.
  Status restore_leaf_file(int root, std::string path, const Cid& cid, uint64_t bytes_hint);
  // Takes `bytes` from what bytes_max allows; failed when that is not enough.
  // Any thread.
  Status charge(uint64_t bytes, const std::string& what);
  // Waits for the workers. The first failure that ended the restore, if any.
  Status finish();

  BlockSource& source() { return *source_; }
  uint64_t bytes_written() const { return bytes_written_; }
  uint64_t bytes_decoded() const;  // after finish()
  uint64_t bytes_content() const { return bytes_content_; }

  // Names an entry that is left out. Any thread.
  void report(const std::string& path, const Error& error);
  // What was reported, after finish().
  struct Damage {
    std::string path;
    Error error;
  };
  const std::vector<Damage>& damages() const { return damages_; }

 private:
  Restoration(Store& store, Order order, const RestoreOptions& options);

  // Neighbouring bytes of a file that lie side by side in a frame too, to be written at once: writers of one
  // file wait for each other.
  struct Run {
    RestoredFile* file = nullptr;  // null: none
    Bytes bytes;
    uint64_t offset = 0;  // in the file
    uint32_t pieces = 0;
  };

  // Waits until there are few enough open files for one more.
  Status wait_for_files();
  Status cut_pieces(RestoredFile& file, uint64_t begin);
  Status cut_stream(RestoredFile& file, uint64_t begin);
  Result<std::optional<FileExtent>> next_extent(const RestoredFile& file, uint64_t begin, uint64_t& end);
  Status gather(RestorePiece piece);
  Status queue_window();
  // Whether `task` is large enough, and `next` lies in another record than what it ends with.
  Result<bool> task_ends(const RestoreTask& task, const Cid& next);
  Status queue_task(RestoreTask& task);
  void run_worker(StoreReader& reader, MutableBytes buffer);
  void bring(const RestoreTask& task, StoreReader& reader);
  Status bring_whole_file(const RestorePiece& piece, BlockSource& reader);
  void bring_extent(const RestorePiece& piece, StoreReader& reader, Run& run);
  void write_run(Run& run);
  void bring_in_turn(const RestoreTask& task, BlockSource& reader, MutableBytes buffer);
  Status write_in_turn(const RestoreTask& task, BlockSource& reader, MutableBytes buffer);
  Status write_out(const RestoredFile& file, Bytes bytes, std::optional<uint64_t> offset);
  Status write_zeros(const RestoredFile& file, uint64_t bytes);
  void damage(RestoredFile& file, const Error& error);
  void end_pieces(RestoredFile* file, uint32_t count = 1);
  void end_pieces(std::span<const RestorePiece> pieces);
  void drop_rest();  // with no worker running
  void stop(const Error& error);

  Store* store_;
  const RestoreOptions* options_;
  const Order order_;
  std::unique_ptr<BlockSource> source_;
  FileWalker walker_;
  TaskQueue<RestoreTask> queue_;
  std::unique_ptr<BufferPool> buffers_;
  std::vector<Buffer> worker_buffers_;
  std::vector<std::unique_ptr<StoreReader>> readers_;
  std::vector<std::jthread> workers_;
  RestoreWindow window_;
  int leaf_root_ = -1;
  std::atomic<uint64_t> bytes_content_{0};
  std::atomic<uint64_t> bytes_charged_{0};  // content, and something for each entry
  std::atomic<uint64_t> bytes_written_{0};

  std::mutex mutex_;                // guards what follows, and calls of options_->report
  std::condition_variable turned_;  // a turn was passed on, a file closed, or the restore failed
  uint64_t turn_ = 0;
  size_t open_files_ = 0;
  std::optional<Error> failure_;
  std::vector<Damage> damages_;
};

// The bytes of one extent: of `reader`'s block, or where they stood inline. corrupt error: missing, damaged,
// or not as long as its parent says.
Result<Bytes> extent_bytes(const FileExtent& extent, Bytes inline_bytes, BlockSource& reader);

}  // namespace penstock
