// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restoration.h"

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "base/check.h"
#include "base/limits.h"
#include "dag/object_source.h"
#include "pipeline/memory_plan.h"

namespace penstock {
namespace {

constexpr size_t kTasksPerWorker = 4;
constexpr unsigned kWorkersMax = 16;  // each holds a reader's frames and a buffer: docs/memory.md

// Of a tree: each has its descriptor, and its pieces wait in the window.
constexpr size_t kOpenFilesMax = 256;

// What a byte of these costs, as bytes, so that tasks stay small in memory.
constexpr uint64_t kPathByteCost = 64;
constexpr uint64_t kInlineByteCost = 16;

size_t meta_bytes(const MetaEntry& meta) {
  size_t bytes = sizeof meta;
  for (const Xattr& xattr : meta.xattrs) {
    bytes += sizeof xattr + xattr.name.size();
    if (const auto* value = std::get_if<std::vector<uint8_t>>(&xattr.value)) bytes += value->size();
  }
  return bytes;
}

}  // namespace

Restoration::Restoration(Store& store, RestoreOrder order, const RestoreOptions& options, unsigned workers,
                         const AttributeWriter* attributes)
    : store_(&store),
      source_(store.new_reader()),
      walker_(*source_),
      course_(options, order, kTasksPerWorker * workers, attributes),
      window_([&store](std::span<const Digest> digests, std::span<BlockLocation> locations) {
        return store.find(digests, locations);
      }) {}

Result<std::unique_ptr<Restoration>> Restoration::start(Store& store, RestoreOrder order,
                                                        const RestoreOptions& options,
                                                        const AttributeWriter* attributes) {
  const unsigned workers = std::min(usable_threads(options.threads), kWorkersMax);
  std::unique_ptr<Restoration> restoration(new Restoration(store, order, options, workers, attributes));
  PENSTOCK_TRY_ASSIGN(restoration->buffers_,
                      BufferPool::create("restore", RestoreWorker::kBufferBytes, workers));
  // A short range is one block or two.
  const bool scattered = options.range && options.range->length < kFrameBytesMax;
  for (unsigned i = 0; i < workers; ++i) {
    restoration->workers_.push_back(std::make_unique<RestoreWorker>(
        restoration->course_, store.new_reader(scattered ? ReadPattern::scattered : ReadPattern::sequential),
        restoration->buffers_->acquire()));
  }
  for (const auto& worker : restoration->workers_)
    restoration->threads_.emplace_back([&worker = *worker] { worker.run(); });
  return restoration;
}

Restoration::~Restoration() {
  course_.stop({Errc::failed, "restore", "was left", {}});
  end_workers();
}

Status Restoration::restore_file(std::unique_ptr<RestoredFile> owned, const Cid& cid,
                                 std::optional<ByteRange> range) {
  RestoredFile& file = *owned.release();  // whoever ends its last piece takes it
  course_.open_file();
  Status status = cut(file, cid, range);
  if (course_.order() == RestoreOrder::in_turn) {
    // Whoever waits for a turn that will not come has to hear of it.
    if (!status) course_.stop(status.error());
  } else if (!status && is_damage(status.error())) {
    course_.damage(file, status.error());
    status = {};
  }
  if (!status) file.unfinished = true;
  course_.end_pieces(file);
  PENSTOCK_TRY(status);
  if (course_.open_files() < kOpenFilesMax) return {};
  // What they wait for may be in the window. Half of them go, so that the next window is worth its name.
  PENSTOCK_TRY(queue_window());
  return course_.wait_for_files(kOpenFilesMax / 2);
}

Status Restoration::cut(RestoredFile& file, const Cid& cid, const std::optional<ByteRange>& range) {
  const uint64_t begin = range ? range->offset : 0;
  PENSTOCK_TRY_ASSIGN(const uint64_t size, walker_.open(cid, begin, range ? range->length : UINT64_MAX));
  file.bytes = range ? range->length : size;
  PENSTOCK_TRY(course_.charge(file.bytes, file.path.empty() ? cid.text() : file.path));
  course_.expect(file.bytes);
  if (course_.order() == RestoreOrder::in_turn) return cut_stream(file, begin);
  if (ftruncate(file.descriptor, static_cast<off_t>(file.bytes)) != 0) return fail_errno(file.path);
  return cut_pieces(file, begin);
}

Status Restoration::restore_leaf_file(int root, std::string path, const Cid& cid, uint64_t bytes_hint,
                                      std::unique_ptr<MetaEntry> meta) {
  PENSTOCK_CHECK(course_.order() == RestoreOrder::any && cid.codec == Multicodec::raw);
  RestorePiece piece;
  piece.root = root;
  piece.extent.leaf = cid;
  piece.cost =
      std::min(bytes_hint, uint64_t{kBlockBytesMax}) + RestoreTask::kPieceCost + kPathByteCost * path.size();
  piece.path = std::move(path);
  if (meta) piece.held_bytes = meta_bytes(*meta);
  piece.meta = std::move(meta);
  return gather(std::move(piece));
}

// The window grows for as long as the workers have enough to do.
Status Restoration::gather(RestorePiece piece) {
  Status located = window_.add(std::move(piece));
  if (!located) {
    // Of whichever pieces: no one file is to blame.
    Error error = std::move(located).error();
    error.code = Errc::failed;
    return Failure(std::move(error));
  }
  const bool enough = window_.cost() >= workers_.size() * RestoreTask::kCostMin;
  const bool wanted = enough && (course_.queue().size() < workers_.size() || course_.queue().stopped());
  return wanted || window_.full() ? queue_window() : Status();
}

Status Restoration::queue_window() {
  PENSTOCK_TRY_ASSIGN(std::vector<RestoreTask> tasks, window_.take(workers_.size()));
  Status status;
  for (RestoreTask& task : tasks) {
    if (status) status = queue_task(task);
    if (!status) course_.give_up_each(task.pieces);
  }
  return status;
}

Status Restoration::queue_task(RestoreTask& task) {
  if (!course_.queue().push(std::move(task))) return course_.failure();
  task = RestoreTask();
  return {};
}

// The file's next extent by its offset in the output, or nothing at its end, which has to be where its size
// says.
Result<std::optional<FileExtent>> Restoration::next_extent(const RestoredFile& file, uint64_t begin,
                                                           uint64_t& end) {
  PENSTOCK_TRY_ASSIGN(std::optional<FileExtent> extent, walker_.next());
  if (!extent && end != file.bytes)
    return fail(Errc::corrupt, file.path,
                "its tree ends after " + std::to_string(end) + " bytes of " + std::to_string(file.bytes),
                kMalformedRemedy);
  if (!extent) return extent;
  PENSTOCK_CHECK(extent->file_offset - begin == end);
  extent->file_offset = end;
  end += extent->length;
  return extent;
}

Status Restoration::cut_pieces(RestoredFile& file, uint64_t begin) {
  uint64_t end = 0;
  while (!file.damaged) {
    PENSTOCK_TRY_ASSIGN(const std::optional<FileExtent> extent, next_extent(file, begin, end));
    if (!extent) break;
    switch (extent->kind) {
      case FileExtent::Kind::zeros:
        course_.pass_zeros(extent->length);
        break;
      case FileExtent::Kind::inline_bytes:
        PENSTOCK_TRY(course_.write(file, extent->bytes, extent->file_offset));
        break;
      case FileExtent::Kind::leaf:
        ++file.pieces;
        PENSTOCK_TRY(gather({&file, -1, {}, *extent, extent->length + RestoreTask::kPieceCost, {}, 0}));
        break;
    }
  }
  return {};
}

Status Restoration::cut_stream(RestoredFile& file, uint64_t begin) {
  RestoreTask task;
  uint64_t sequence = 0;
  uint64_t end = 0;
  const auto queue = [&]() -> Status {
    task.sequence = sequence++;
    const auto pieces = static_cast<uint32_t>(task.pieces.size());
    file.pieces += pieces;
    Status queued = queue_task(task);
    if (!queued) file.pieces -= pieces;  // not the last: the walk has one
    return queued;
  };
  for (;;) {
    PENSTOCK_TRY_ASSIGN(std::optional<FileExtent> extent, next_extent(file, begin, end));
    if (!extent) break;
    if (!task.pieces.empty()) {
      PENSTOCK_TRY_ASSIGN(const bool ends, task_ends(task, extent->leaf));
      if (ends) PENSTOCK_TRY(queue());
    }
    uint64_t cost = RestoreTask::kPieceCost;
    if (extent->kind == FileExtent::Kind::inline_bytes) {
      extent->leaf_offset = task.inline_bytes.size();
      task.inline_bytes.insert(task.inline_bytes.end(), extent->bytes.begin(), extent->bytes.end());
      extent->bytes = {};
      cost += kInlineByteCost * extent->length;
    } else {
      cost += extent->length;
    }
    task.cost += cost;
    task.pieces.push_back({&file, -1, {}, *extent, cost, {}, 0});
  }
  return task.pieces.empty() ? Status() : queue();
}

Result<bool> Restoration::task_ends(const RestoreTask& task, const Cid& next) {
  if (task.cost < RestoreTask::kCost) return false;
  if (task.cost >= 2 * RestoreTask::kCost) return true;
  PENSTOCK_TRY_ASSIGN(const auto before, store_->find(task.pieces.back().extent.leaf.digest));
  PENSTOCK_TRY_ASSIGN(const auto behind, store_->find(next.digest));
  return !before || !behind || before->segment != behind->segment || before->record != behind->record;
}

uint64_t Restoration::bytes_decoded() const {
  uint64_t bytes = source_->counters().bytes_decoded;
  for (const auto& worker : workers_) bytes += worker->counters().bytes_decoded;
  return bytes;
}

Status Restoration::finish(const Status& walked) {
  const Status queued = walked ? queue_window() : walked;
  if (queued) {
    course_.queue().close();
  } else {
    course_.stop(queued.error());
  }
  end_workers();
  return course_.failure();
}

void Restoration::end_workers() {
  threads_.clear();
  for (const RestoreTask& task : course_.queue().drain()) course_.give_up_each(task.pieces);
  course_.give_up_each(window_.drop());
}

}  // namespace penstock
