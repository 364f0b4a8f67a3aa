// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "dag/file_walker.h"
#include "memory/buffer_pool.h"
#include "pipeline/restore.h"
#include "pipeline/restore_course.h"
#include "pipeline/restore_task.h"
#include "pipeline/restore_window.h"
#include "pipeline/restore_worker.h"
#include "store/store.h"

namespace penstock {

// One restore. The walk, on the caller's thread, cuts files into pieces; workers bring them. Pieces of a tree
// are gathered for as long as the workers have enough to do, and brought as the store has them; what stands
// inline in the nodes is written by the walk. Pieces of a stream go to the workers in order.
class Restoration {
 public:
  // `attributes` gives files that have metadata theirs.
  static Result<std::unique_ptr<Restoration>> start(Store& store, RestoreOrder order,
                                                    const RestoreOptions& options,
                                                    const AttributeWriter* attributes = nullptr);
  ~Restoration();

  // Cuts the content of `cid` into pieces; the last that ends closes `file`. failed: the size passes what is
  // left of bytes_max, or the restore has been stopped. A damaged file of a tree is reported.
  Status restore_file(std::unique_ptr<RestoredFile> file, const Cid& cid, std::optional<ByteRange> range);
  // Takes the file `path` below the descriptor `root`, which stays open until finish(); its content is the
  // one block `cid`, of `bytes_hint` bytes or so. Damage is reported, and then there is no such file.
  Status restore_leaf_file(int root, std::string path, const Cid& cid, uint64_t bytes_hint,
                           std::unique_ptr<MetaEntry> meta = nullptr);
  // Waits for the workers. `walked`: how the walk ended; after a failure nothing more is brought. That, or
  // the first failure that ended the restore.
  Status finish(const Status& walked);

  RestoreCourse& course() { return course_; }
  BlockSource& source() { return *source_; }
  // Raw bytes of records that walk and workers decoded; after finish().
  uint64_t bytes_decoded() const;

 private:
  Restoration(Store& store, RestoreOrder order, const RestoreOptions& options, unsigned workers,
              const AttributeWriter* attributes);

  Status cut(RestoredFile& file, const Cid& cid, const std::optional<ByteRange>& range);
  Status cut_pieces(RestoredFile& file, uint64_t begin);
  Status cut_stream(RestoredFile& file, uint64_t begin);
  Result<std::optional<FileExtent>> next_extent(const RestoredFile& file, uint64_t begin, uint64_t& end);
  Status gather(RestorePiece piece);
  Status queue_window();
  // Whether `task` is large enough, and `next` lies in another record than what it ends with.
  Result<bool> task_ends(const RestoreTask& task, const Cid& next);
  // A failure leaves the task as it was.
  Status queue_task(RestoreTask& task);
  void end_workers();

  Store* store_;
  std::unique_ptr<StoreReader> source_;
  FileWalker walker_;
  RestoreCourse course_;
  RestoreWindow window_;
  std::unique_ptr<BufferPool> buffers_;
  std::vector<std::unique_ptr<RestoreWorker>> workers_;
  std::vector<std::jthread> threads_;
};

}  // namespace penstock
