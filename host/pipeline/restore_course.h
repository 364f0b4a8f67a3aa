// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipeline/attribute_writer.h"
#include "pipeline/restore.h"
#include "pipeline/restore_task.h"
#include "pipeline/task_queue.h"

namespace penstock {

enum class RestoreOrder : uint8_t {
  any,      // as the store has them, each extent to its offset; zeros are left as holes
  in_turn,  // a stream: one task behind the other, zeros written out
};

// What the walk and the workers of one restore share: tasks on their way, open files, whose turn it is in a
// stream, what was written, what is damaged, what ended it. Any thread.
class RestoreCourse {
 public:
  // `attributes` gives files their metadata, where these have any.
  RestoreCourse(const RestoreOptions& options, RestoreOrder order, size_t tasks_max,
                const AttributeWriter* attributes)
      : options_(&options), order_(order), queue_(tasks_max), attributes_(attributes) {}

  RestoreOrder order() const { return order_; }
  TaskQueue<RestoreTask>& queue() { return queue_; }

  // Takes `bytes` from what bytes_max allows; failed when that is not enough.
  Status charge(uint64_t bytes, const std::string& what);
  // Whether something was too much.
  bool limit_reached() const { return limit_reached_; }
  // So much content is going to be restored.
  void expect(uint64_t bytes);
  // A hole or a run of zeros that needs no writing.
  void pass_zeros(uint64_t bytes);
  // To `offset`, or where the descriptor stands.
  Status write(const RestoredFile& file, Bytes bytes, std::optional<uint64_t> offset);
  uint64_t bytes_content() const { return bytes_content_; }
  uint64_t bytes_written() const { return bytes_written_; }

  // Every file is counted from open_file to the end of its last piece, which closes it.
  void open_file();
  void close_file(RestoredFile& file);
  // Gives a whole file its metadata and closes it; of one that open_file counted close_file does so.
  void complete_file(RestoredFile& file);
  void end_pieces(RestoredFile& file, uint32_t count = 1);
  void end_each(std::span<const RestorePiece> pieces);
  // The same of pieces that were not brought: their files are not whole, and never look as if they were.
  void give_up(RestoredFile& file, uint32_t count = 1);
  void give_up_each(std::span<const RestorePiece> pieces);
  size_t open_files();
  // Until no more than `files_max` are open. The failure that ended the restore, if any.
  Status wait_for_files(size_t files_max);

  // A stream's tasks write one after the other.
  Status wait_for_turn(uint64_t sequence);
  void pass_turn();

  // Names an entry that is left out.
  void report(const std::string& path, const Error& error);
  // Names an entry whose metadata is damaged; its content is restored.
  void note(const std::string& path, const Error& error);
  // Passes on what is to be said of an entry, and counts nothing.
  void tell(const std::string& path, const Error& error);
  // A tree can do without a file: it is named once, and its other pieces are left. What is no damage stops
  // the restore.
  void damage(RestoredFile& file, const Error& error);
  // Everybody ends. The first error is what the restore ends with.
  void stop(const Error& error);
  // What the restore was stopped with.
  Status failure();

  struct Damage {
    std::string path;
    Error error;
  };
  // Files that have their metadata and may not be whole: the file system reported a failed write late.
  const std::vector<std::string>& doubtful() const { return doubtful_; }
  // What was reported, after the workers have ended.
  const std::vector<Damage>& damages() const { return damages_; }
  uint64_t noted() const { return noted_; }

 private:
  void tell_locked(const std::string& path, const Error& error);

  const RestoreOptions* options_;
  const RestoreOrder order_;
  TaskQueue<RestoreTask> queue_;
  const AttributeWriter* attributes_;
  std::atomic<uint64_t> bytes_content_{0};
  std::atomic<uint64_t> bytes_charged_{0};  // content, and something for each entry
  std::atomic<uint64_t> bytes_written_{0};
  std::atomic<bool> limit_reached_{false};

  std::mutex mutex_;                 // guards what follows, and calls of options_->report
  std::condition_variable changed_;  // a turn was passed on, a file closed, or the restore stopped
  uint64_t turn_ = 0;
  size_t open_files_ = 0;
  std::optional<Error> failure_;
  std::vector<Damage> damages_;
  std::vector<std::string> doubtful_;
  uint64_t noted_ = 0;
};

// Below the descriptor `root`: a damaged file must not stand there as if it were right.
Status remove_damaged(const RestoreCourse& course, int root);

// Files that nobody should go on with.
void remove_doubtful(const RestoreCourse& course, int root);

// Of a block or what leads to it: missing, or not what its address says.
bool is_damage(const Error& error);

}  // namespace penstock
