// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restoration.h"

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "base/size_text.h"
#include "dag/object_source.h"
#include "pipeline/memory_plan.h"
#include "pipeline/restore_stage.h"

namespace penstock {
namespace {

constexpr size_t kTasksPerWorker = 4;
constexpr unsigned kWorkersMax = 16;  // each holds a reader's frames and a buffer: docs/memory.md
constexpr size_t kBufferBytes = 4 * kMiB;

// What a leaf file costs beside its bytes, as bytes: opening and closing it.
constexpr uint64_t kLeafFileCost = 4 * kKiB;
// Zeros from here on are left as a hole.
constexpr size_t kHoleBytesMin = 64 * kKiB;

bool is_long_zero_run(Bytes block) {
  return block.size() >= kHoleBytesMin && block[0] == 0 &&
         std::memcmp(block.data(), block.data() + 1, block.size() - 1) == 0;
}

bool is_damage(const Error& error) {
  return error.code == Errc::corrupt || error.code == Errc::absent;
}

// What an object needs and is not there is missing data, not an unknown object.
Result<Bytes> read_leaf(const Cid& leaf, BlockSource& reader) {
  Result<Bytes> block = reader.read(leaf);
  if (block || block.error().code != Errc::absent) return block;
  Error error = std::move(block).error();
  error.code = Errc::corrupt;
  return Failure(std::move(error));
}

}  // namespace

Result<Bytes> extent_bytes(const FileExtent& extent, Bytes inline_bytes, BlockSource& reader) {
  if (extent.kind == FileExtent::Kind::inline_bytes)
    return inline_bytes.subspan(extent.leaf_offset, extent.length);
  PENSTOCK_TRY_ASSIGN(const Bytes block, read_leaf(extent.leaf, reader));
  if (block.size() != extent.leaf_bytes)
    return fail(Errc::corrupt, extent.leaf.text(),
                "has " + std::to_string(block.size()) + " bytes where its parent says " +
                    std::to_string(extent.leaf_bytes),
                kMalformedRemedy);
  return block.subspan(extent.leaf_offset, extent.length);
}

Restoration::Restoration(Store& store, Order order, const RestoreOptions& options)
    : store_(&store),
      options_(&options),
      order_(order),
      source_(store.new_reader()),
      walker_(*source_),
      queue_(kTasksPerWorker * kWorkersMax) {}

Result<std::unique_ptr<Restoration>> Restoration::start(Store& store, Order order,
                                                        const RestoreOptions& options) {
  const unsigned workers = std::min(usable_threads(options.threads), kWorkersMax);
  std::unique_ptr<Restoration> restoration(new Restoration(store, order, options));
  PENSTOCK_TRY_ASSIGN(restoration->buffers_, BufferPool::create("restore", kBufferBytes, workers));
  // A short range is one block or two.
  const bool scattered = options.range && options.range->length < kFrameBytesMax;
  for (unsigned i = 0; i < workers; ++i) {
    restoration->readers_.push_back(
        store.new_reader(scattered ? ReadPattern::scattered : ReadPattern::sequential));
    restoration->worker_buffers_.push_back(restoration->buffers_->acquire());
  }
  for (unsigned i = 0; i < workers; ++i)
    restoration->workers_.emplace_back([self = restoration.get(), i] {
      self->run_worker(*self->readers_[i], self->worker_buffers_[i].bytes());
    });
  return restoration;
}

Restoration::~Restoration() {
  queue_.stop();
  {
    const std::lock_guard lock(mutex_);
    turned_.notify_all();
  }
  workers_.clear();
  for (RestoreTask& task : queue_.drain()) end_task(task.file);
}

Status Restoration::restore_file(std::unique_ptr<RestoredFile> owned, const Cid& cid,
                                 std::optional<ByteRange> range) {
  RestoredFile* file = owned.release();  // the last end_task takes it
  const uint64_t begin = range ? range->offset : 0;
  const Result<uint64_t> size = walker_.open(cid, begin, range ? range->length : UINT64_MAX);
  Status status;
  if (!size) {
    status = Failure(size.error());
  } else {
    file->bytes = range ? range->length : *size;
    status = charge(file->bytes, file->path.empty() ? cid.text() : file->path);
    if (!status) {
      end_task(file);
      return status;
    }
    bytes_content_ += file->bytes;
    if (options_->progress != nullptr) options_->progress->bytes_expected += file->bytes;
    if (order_ == Order::any && ftruncate(file->descriptor, static_cast<off_t>(file->bytes)) != 0)
      status = fail_errno(file->path);
    if (status) status = cut_tasks(*file, begin);
  }
  if (!status && order_ == Order::in_turn) {
    // Whoever waits for a turn that will not come has to hear of it.
    stop(status.error());
  } else if (!status && is_damage(status.error())) {
    file->damaged = true;
    report(file->path, status.error());
    status = {};
  }
  end_task(file);
  return status;
}

Status Restoration::restore_leaf_file(int root, std::string path, const Cid& cid, uint64_t bytes_hint) {
  PENSTOCK_CHECK(order_ == Order::any && cid.codec == Multicodec::raw);
  leaf_root_ = root;
  if (!leaf_task_.leaf_files.empty()) {
    PENSTOCK_TRY_ASSIGN(const bool ends, task_ends(leaf_task_, leaf_task_.leaf_files.back().cid, cid));
    if (ends) PENSTOCK_TRY(queue_leaf_files());
  }
  leaf_task_.leaf_files.push_back({std::move(path), cid});
  leaf_task_.bytes += std::min(bytes_hint, uint64_t{kBlockBytesMax}) + kLeafFileCost;
  return {};
}

Status Restoration::queue_leaf_files() {
  return leaf_task_.leaf_files.empty() ? Status() : queue_task(leaf_task_, nullptr);
}

Result<bool> Restoration::task_ends(const RestoreTask& task, const Cid& last, const Cid& next) {
  if (task.bytes < RestoreTask::kBytes) return false;
  if (task.bytes >= 2 * RestoreTask::kBytes) return true;
  PENSTOCK_TRY_ASSIGN(const auto before, store_->find(last.digest));
  PENSTOCK_TRY_ASSIGN(const auto behind, store_->find(next.digest));
  return !before || !behind || before->segment != behind->segment || before->record != behind->record;
}

Status Restoration::charge(uint64_t bytes, const std::string& what) {
  uint64_t charged = bytes_charged_;
  bool fits = true;
  do fits = bytes <= options_->bytes_max - charged;
  while (fits && !bytes_charged_.compare_exchange_weak(charged, charged + bytes));
  if (!fits)
    return fail(Errc::failed, what,
                "brings what is restored to more than --max-size " + exact_size(options_->bytes_max),
                "raise --max-size if you trust it");
  return {};
}

Status Restoration::cut_tasks(RestoredFile& file, uint64_t begin) {
  RestoreTask task;
  uint64_t sequence = 0;
  uint64_t end = 0;
  while (!file.damaged) {
    PENSTOCK_TRY_ASSIGN(std::optional<FileExtent> extent, walker_.next());
    if (!extent) break;
    PENSTOCK_CHECK(extent->file_offset - begin == end);
    end += extent->length;
    if (extent->kind == FileExtent::Kind::zeros && order_ == Order::any) {
      if (options_->progress != nullptr) options_->progress->bytes_content += extent->length;
      continue;
    }
    if (!task.extents.empty()) {
      PENSTOCK_TRY_ASSIGN(const bool ends, task_ends(task, task.extents.back().leaf, extent->leaf));
      if (ends) {
        task.sequence = sequence++;
        PENSTOCK_TRY(queue_task(task, &file));
      }
    }
    if (extent->kind == FileExtent::Kind::inline_bytes) {
      extent->leaf_offset = task.inline_bytes.size();
      task.inline_bytes.insert(task.inline_bytes.end(), extent->bytes.begin(), extent->bytes.end());
      extent->bytes = {};
    }
    extent->file_offset -= begin;
    task.bytes += extent->length;
    task.extents.push_back(*extent);
  }
  if (!file.damaged && end != file.bytes)
    return fail(Errc::corrupt, file.path,
                "its tree ends after " + std::to_string(end) + " bytes of " + std::to_string(file.bytes),
                kMalformedRemedy);
  if (task.extents.empty()) return {};
  task.sequence = sequence;
  return queue_task(task, &file);
}

Status Restoration::queue_task(RestoreTask& task, RestoredFile* file) {
  task.file = file;
  if (file != nullptr) ++file->tasks;
  if (queue_.push(std::move(task))) {
    task = RestoreTask();
    return {};
  }
  if (file != nullptr) --file->tasks;  // not the last: the walk has one
  const std::lock_guard lock(mutex_);
  return failure_ ? Status(Failure(*failure_))
                  : fail(Errc::failed, "restore", "was stopped", "see the line before");
}

void Restoration::run_worker(StoreReader& reader, MutableBytes buffer) {
  while (std::optional<RestoreTask> task = queue_.pop()) run_task(*task, reader, buffer);
}

void Restoration::run_task(RestoreTask& task, StoreReader& reader, MutableBytes buffer) {
  Status status;
  for (const LeafFile& leaf : task.leaf_files) {
    status = bring_leaf_file(leaf, reader);
    if (status) continue;
    if (!is_damage(status.error())) return stop(status.error());
    report(leaf.path, status.error());
  }
  if (task.file == nullptr) return;
  if (!task.file->damaged)
    status = order_ == Order::any ? bring(task, reader) : bring_in_turn(task, reader, buffer);
  if (!status) {
    // A stream cannot go on behind a gap; a tree can do without a file.
    if (order_ == Order::any && is_damage(status.error())) {
      if (!task.file->damaged.exchange(true)) report(task.file->path, status.error());
    } else {
      stop(status.error());
    }
  }
  end_task(task.file);
}

Status Restoration::bring_leaf_file(const LeafFile& leaf, BlockSource& reader) {
  PENSTOCK_TRY_ASSIGN(const Bytes block, read_leaf(leaf.cid, reader));
  PENSTOCK_TRY(charge(block.size(), leaf.path));
  PENSTOCK_TRY_ASSIGN(Descriptor output,
                      open_beneath(leaf_root_, leaf.path, O_WRONLY | O_CREAT | O_EXCL, 0666, leaf.path));
  RestoredFile file;
  file.descriptor = output.release();
  file.path = leaf.path;
  bytes_content_ += block.size();
  if (options_->progress != nullptr) options_->progress->bytes_expected += block.size();
  Status written;
  if (is_long_zero_run(block)) {
    if (ftruncate(file.descriptor, static_cast<off_t>(block.size())) != 0) written = fail_errno(leaf.path);
    if (options_->progress != nullptr) options_->progress->bytes_content += block.size();
  } else {
    written = write_out(file, block, 0);
  }
  // Some file systems report a failed write only here.
  if (close(file.descriptor) != 0 && errno != EINTR && written) written = fail_errno(leaf.path);
  if (options_->progress != nullptr) ++options_->progress->files;
  return written;
}

// What lies side by side in a frame and in the file is written at once: writers of one file wait for each
// other.
Status Restoration::bring(const RestoreTask& task, StoreReader& reader) {
  static_assert(StoreReader::kRecordsKept > 1, "the bytes pending go when other records are read");
  Bytes pending;
  uint64_t offset = 0;
  for (const FileExtent& extent : task.extents) {
    PENSTOCK_TRY_ASSIGN(const Bytes bytes, extent_bytes(extent, task.inline_bytes, reader));
    const bool adjoining =
        pending.data() + pending.size() == bytes.data() && offset + pending.size() == extent.file_offset;
    // Should frames adjoin in memory, this is of two at the most.
    if (adjoining && pending.size() + bytes.size() <= kFrameBytesMax) {
      pending = Bytes(pending.data(), pending.size() + bytes.size());
      continue;
    }
    PENSTOCK_TRY(write_out(*task.file, pending, offset));
    pending = bytes;
    offset = extent.file_offset;
  }
  return write_out(*task.file, pending, offset);
}

Status Restoration::bring_in_turn(const RestoreTask& task, BlockSource& reader, MutableBytes buffer) {
  size_t filled = 0;
  const auto flush = [&]() -> Status {
    {
      std::unique_lock lock(mutex_);
      turned_.wait(lock, [&] { return turn_ == task.sequence || failure_ || queue_.stopped(); });
      if (turn_ != task.sequence)
        return fail(Errc::failed, task.file->path, "the restore was stopped", "see the line before");
    }
    return write_out(*task.file, buffer.first(std::exchange(filled, 0)), std::nullopt);
  };
  for (const FileExtent& extent : task.extents) {
    if (extent.kind == FileExtent::Kind::zeros) {
      PENSTOCK_TRY(flush());
      PENSTOCK_TRY(write_zeros(*task.file, extent.length));
      continue;
    }
    PENSTOCK_TRY_ASSIGN(const Bytes bytes, extent_bytes(extent, task.inline_bytes, reader));
    if (filled + bytes.size() > buffer.size()) PENSTOCK_TRY(flush());
    std::memcpy(buffer.data() + filled, bytes.data(), bytes.size());
    filled += bytes.size();
  }
  PENSTOCK_TRY(flush());
  const std::lock_guard lock(mutex_);
  ++turn_;
  turned_.notify_all();
  return {};
}

Status Restoration::write_out(const RestoredFile& file, Bytes bytes, std::optional<uint64_t> offset) {
  while (!bytes.empty()) {
    const ssize_t written =
        offset ? pwrite(file.descriptor, bytes.data(), bytes.size(), static_cast<off_t>(*offset))
               : write(file.descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return fail_errno(file.path.empty() ? "output" : file.path);
    }
    const auto count = static_cast<size_t>(written);
    bytes = bytes.subspan(count);
    if (offset) *offset += count;
    bytes_written_ += count;
    if (options_->progress != nullptr) options_->progress->bytes_content += count;
  }
  return {};
}

Status Restoration::write_zeros(const RestoredFile& file, uint64_t bytes) {
  static constexpr std::array<uint8_t, 256 * kKiB> kZeros{};
  while (bytes > 0) {
    const size_t part = std::min<uint64_t>(bytes, kZeros.size());
    PENSTOCK_TRY(write_out(file, Bytes(kZeros).first(part), std::nullopt));
    bytes -= part;
  }
  return {};
}

void Restoration::report(const std::string& path, const Error& error) {
  const std::lock_guard lock(mutex_);
  damages_.push_back({path, error});
  // Without a path it is what was asked for itself, whose error the caller gets.
  if (!options_->report || path.empty()) return;
  Error named = error;
  named.what = path + ": " + named.what;
  options_->report(named);
}

void Restoration::end_task(RestoredFile* file) {
  if (file == nullptr || file->tasks.fetch_sub(1) != 1) return;
  const std::unique_ptr<RestoredFile> last(file);
  // Some file systems report a failed write only here.
  if (close(file->descriptor) != 0 && errno != EINTR) stop({Errc::failed, file->path, errno_text(errno), {}});
  if (options_->progress != nullptr) ++options_->progress->files;
}

void Restoration::stop(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = error;
  queue_.stop();
  turned_.notify_all();
}

Status Restoration::finish() {
  Status queued = queue_leaf_files();
  queue_.close();
  workers_.clear();
  for (RestoreTask& task : queue_.drain()) end_task(task.file);
  const std::lock_guard lock(mutex_);
  if (failure_) return Failure(*failure_);
  return queued;
}

}  // namespace penstock
