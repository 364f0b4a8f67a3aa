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

// Of a tree: each has its descriptor, and its pieces wait in the window.
constexpr size_t kOpenFilesMax = 256;

// What a file of one block costs beside its bytes, as bytes: opening and closing it.
constexpr uint64_t kWholeFileCost = 4 * kKiB;
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
      queue_(kTasksPerWorker * kWorkersMax),
      window_([&store](std::span<const Digest> digests, std::span<BlockLocation> locations) {
        return store.find(digests, locations);
      }) {}

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
  drop_rest();
}

Status Restoration::restore_file(std::unique_ptr<RestoredFile> owned, const Cid& cid,
                                 std::optional<ByteRange> range) {
  RestoredFile* file = owned.release();  // whoever ends its last piece takes it
  {
    const std::lock_guard lock(mutex_);
    ++open_files_;
  }
  const uint64_t begin = range ? range->offset : 0;
  const Result<uint64_t> size = walker_.open(cid, begin, range ? range->length : UINT64_MAX);
  Status status;
  if (!size) {
    status = Failure(size.error());
  } else {
    file->bytes = range ? range->length : *size;
    status = charge(file->bytes, file->path.empty() ? cid.text() : file->path);
    if (!status) {
      end_pieces(file);
      return status;
    }
    bytes_content_ += file->bytes;
    if (options_->progress != nullptr) options_->progress->bytes_expected += file->bytes;
    if (order_ == Order::any && ftruncate(file->descriptor, static_cast<off_t>(file->bytes)) != 0)
      status = fail_errno(file->path);
    if (status) status = order_ == Order::any ? cut_pieces(*file, begin) : cut_stream(*file, begin);
  }
  if (!status && order_ == Order::in_turn) {
    // Whoever waits for a turn that will not come has to hear of it.
    stop(status.error());
  } else if (!status && is_damage(status.error())) {
    damage(*file, status.error());
    status = {};
  }
  end_pieces(file);
  return status ? wait_for_files() : status;
}

Status Restoration::wait_for_files() {
  std::unique_lock lock(mutex_);
  if (open_files_ < kOpenFilesMax) return {};
  lock.unlock();
  PENSTOCK_TRY(queue_window());  // what they wait for may be in it
  lock.lock();
  turned_.wait(lock, [this] { return open_files_ < kOpenFilesMax || failure_; });
  return {};
}

Status Restoration::restore_leaf_file(int root, std::string path, const Cid& cid, uint64_t bytes_hint) {
  PENSTOCK_CHECK(order_ == Order::any && cid.codec == Multicodec::raw);
  leaf_root_ = root;
  RestorePiece piece;
  piece.path = std::move(path);
  piece.extent.leaf = cid;
  piece.bytes = std::min(bytes_hint, uint64_t{kBlockBytesMax}) + kWholeFileCost;
  return gather(std::move(piece));
}

// The window grows for as long as the workers have enough to do.
Status Restoration::gather(RestorePiece piece) {
  PENSTOCK_TRY(window_.add(std::move(piece)));
  const bool enough = window_.bytes() >= workers_.size() * RestoreTask::kBytes;
  return window_.full() || (enough && queue_.size() < workers_.size()) ? queue_window() : Status();
}

Status Restoration::queue_window() {
  PENSTOCK_TRY_ASSIGN(std::vector<RestoreTask> tasks, window_.take());
  Status status;
  for (RestoreTask& task : tasks) {
    if (status) status = queue_task(task);
    if (!status) end_pieces(task.pieces);
  }
  return status;
}

// A failure leaves the task as it was.
Status Restoration::queue_task(RestoreTask& task) {
  if (queue_.push(std::move(task))) {
    task = RestoreTask();
    return {};
  }
  const std::lock_guard lock(mutex_);
  return failure_ ? Status(Failure(*failure_))
                  : fail(Errc::failed, "restore", "was stopped", "see the line before");
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
        if (options_->progress != nullptr) options_->progress->bytes_content += extent->length;
        break;
      case FileExtent::Kind::inline_bytes:
        PENSTOCK_TRY(write_out(file, extent->bytes, extent->file_offset));
        break;
      case FileExtent::Kind::leaf:
        ++file.pieces;
        PENSTOCK_TRY(gather({&file, {}, *extent, extent->length}));
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
    const Status queued = queue_task(task);
    if (!queued) file.pieces -= pieces;  // not the last: the walk has one
    return queued;
  };
  while (!file.damaged) {
    PENSTOCK_TRY_ASSIGN(std::optional<FileExtent> extent, next_extent(file, begin, end));
    if (!extent) break;
    if (!task.pieces.empty()) {
      PENSTOCK_TRY_ASSIGN(const bool ends, task_ends(task, extent->leaf));
      if (ends) PENSTOCK_TRY(queue());
    }
    if (extent->kind == FileExtent::Kind::inline_bytes) {
      extent->leaf_offset = task.inline_bytes.size();
      task.inline_bytes.insert(task.inline_bytes.end(), extent->bytes.begin(), extent->bytes.end());
      extent->bytes = {};
    }
    task.bytes += extent->length;
    task.pieces.push_back({&file, {}, *extent, extent->length});
  }
  return task.pieces.empty() ? Status() : queue();
}

Result<bool> Restoration::task_ends(const RestoreTask& task, const Cid& next) {
  if (task.bytes < RestoreTask::kBytes) return false;
  if (task.bytes >= 2 * RestoreTask::kBytes) return true;
  PENSTOCK_TRY_ASSIGN(const auto before, store_->find(task.pieces.back().extent.leaf.digest));
  PENSTOCK_TRY_ASSIGN(const auto behind, store_->find(next.digest));
  return !before || !behind || before->segment != behind->segment || before->record != behind->record;
}

void Restoration::run_worker(StoreReader& reader, MutableBytes buffer) {
  while (const std::optional<RestoreTask> task = queue_.pop()) {
    if (order_ == Order::any) {
      bring(*task, reader);
    } else {
      bring_in_turn(*task, reader, buffer);
    }
  }
}

void Restoration::bring(const RestoreTask& task, StoreReader& reader) {
  Run run;
  for (const RestorePiece& piece : task.pieces) {
    if (piece.file != nullptr) {
      bring_extent(piece, reader, run);
      continue;
    }
    write_run(run);
    const Status brought = bring_whole_file(piece, reader);
    if (brought) continue;
    if (is_damage(brought.error())) {
      report(piece.path, brought.error());
    } else {
      stop(brought.error());
    }
  }
  write_run(run);
}

Status Restoration::bring_whole_file(const RestorePiece& piece, BlockSource& reader) {
  PENSTOCK_TRY_ASSIGN(const Bytes block, read_leaf(piece.extent.leaf, reader));
  PENSTOCK_TRY(charge(block.size(), piece.path));
  PENSTOCK_TRY_ASSIGN(Descriptor output,
                      open_beneath(leaf_root_, piece.path, O_WRONLY | O_CREAT | O_EXCL, 0666, piece.path));
  RestoredFile file;
  file.descriptor = output.release();
  file.path = piece.path;
  bytes_content_ += block.size();
  if (options_->progress != nullptr) options_->progress->bytes_expected += block.size();
  Status written;
  if (is_long_zero_run(block)) {
    if (ftruncate(file.descriptor, static_cast<off_t>(block.size())) != 0) written = fail_errno(piece.path);
    if (options_->progress != nullptr) options_->progress->bytes_content += block.size();
  } else {
    written = write_out(file, block, 0);
  }
  // Some file systems report a failed write only here.
  if (close(file.descriptor) != 0 && errno != EINTR && written) written = fail_errno(piece.path);
  if (options_->progress != nullptr) ++options_->progress->files;
  return written;
}

// Between two calls of write_run at most one other record is read, so that the run's bytes are still there.
void Restoration::bring_extent(const RestorePiece& piece, StoreReader& reader, Run& run) {
  static_assert(StoreReader::kRecordsKept > 1);
  RestoredFile& file = *piece.file;
  const uint64_t offset = piece.extent.file_offset;
  if (file.damaged) return end_pieces(&file);
  const Result<Bytes> bytes = extent_bytes(piece.extent, {}, reader);
  const bool adjoining = bytes && run.file == &file && run.bytes.data() + run.bytes.size() == bytes->data() &&
                         run.offset + run.bytes.size() == offset;
  // Should frames adjoin in memory, this is of two at the most.
  if (adjoining && run.bytes.size() + bytes->size() <= kFrameBytesMax) {
    run.bytes = Bytes(run.bytes.data(), run.bytes.size() + bytes->size());
    ++run.pieces;
    return;
  }
  write_run(run);
  if (bytes) {
    run = {&file, *bytes, offset, 1};
    return;
  }
  damage(file, bytes.error());
  end_pieces(&file);
}

void Restoration::write_run(Run& run) {
  if (run.file == nullptr) return;
  const Status written = run.file->damaged ? Status() : write_out(*run.file, run.bytes, run.offset);
  if (!written) stop(written.error());
  end_pieces(run.file, run.pieces);
  run = {};
}

// A stream cannot go on behind a gap.
void Restoration::bring_in_turn(const RestoreTask& task, BlockSource& reader, MutableBytes buffer) {
  const Status written = write_in_turn(task, reader, buffer);
  if (!written) stop(written.error());
  end_pieces(task.pieces);
}

Status Restoration::write_in_turn(const RestoreTask& task, BlockSource& reader, MutableBytes buffer) {
  const RestoredFile& file = *task.pieces.front().file;
  size_t filled = 0;
  const auto flush = [&]() -> Status {
    {
      std::unique_lock lock(mutex_);
      turned_.wait(lock, [&] { return turn_ == task.sequence || failure_ || queue_.stopped(); });
      if (turn_ != task.sequence)
        return fail(Errc::failed, file.path, "the restore was stopped", "see the line before");
    }
    return write_out(file, buffer.first(std::exchange(filled, 0)), std::nullopt);
  };
  for (const RestorePiece& piece : task.pieces) {
    if (piece.extent.kind == FileExtent::Kind::zeros) {
      PENSTOCK_TRY(flush());
      PENSTOCK_TRY(write_zeros(file, piece.extent.length));
      continue;
    }
    PENSTOCK_TRY_ASSIGN(const Bytes bytes, extent_bytes(piece.extent, task.inline_bytes, reader));
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

uint64_t Restoration::bytes_decoded() const {
  uint64_t bytes = 0;
  for (const auto& reader : readers_) bytes += reader->counters().bytes_decoded;
  return bytes;
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

// A tree can do without a file: it is named once, and its other pieces are left.
void Restoration::damage(RestoredFile& file, const Error& error) {
  if (!is_damage(error)) return stop(error);
  if (!file.damaged.exchange(true)) report(file.path, error);
}

void Restoration::end_pieces(RestoredFile* file, uint32_t count) {
  if (file->pieces.fetch_sub(count) != count) return;
  const std::unique_ptr<RestoredFile> last(file);
  // Some file systems report a failed write only here.
  if (close(file->descriptor) != 0 && errno != EINTR) stop({Errc::failed, file->path, errno_text(errno), {}});
  if (options_->progress != nullptr) ++options_->progress->files;
  const std::lock_guard lock(mutex_);
  --open_files_;
  turned_.notify_all();
}

void Restoration::end_pieces(std::span<const RestorePiece> pieces) {
  for (const RestorePiece& piece : pieces)
    if (piece.file != nullptr) end_pieces(piece.file);
}

void Restoration::drop_rest() {
  for (const RestoreTask& task : queue_.drain()) end_pieces(task.pieces);
  end_pieces(window_.drop());
}

void Restoration::stop(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = error;
  queue_.stop();
  turned_.notify_all();
}

Status Restoration::finish() {
  Status queued = queue_window();
  queue_.close();
  workers_.clear();
  drop_rest();
  const std::lock_guard lock(mutex_);
  if (failure_) return Failure(*failure_);
  return queued;
}

}  // namespace penstock
