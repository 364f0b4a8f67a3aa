// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restore_worker.h"

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "dag/object_source.h"

namespace penstock {
namespace {

// Zeros from here on are left as a hole.
constexpr size_t kHoleBytesMin = 64 * kKiB;

bool is_long_zero_run(Bytes block) {
  return block.size() >= kHoleBytesMin && block[0] == 0 &&
         std::memcmp(block.data(), block.data() + 1, block.size() - 1) == 0;
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

RestoreWorker::RestoreWorker(RestoreCourse& course, std::unique_ptr<StoreReader> reader, Buffer buffer)
    : course_(&course), reader_(std::move(reader)), buffer_(std::move(buffer)) {}

void RestoreWorker::run() {
  while (std::optional<RestoreTask> task = course_->queue().pop()) {
    if (course_->order() == RestoreOrder::any) {
      bring(*task);
    } else {
      bring_in_turn(*task);
    }
  }
}

void RestoreWorker::bring(RestoreTask& task) {
  for (size_t i = 0; i < task.pieces.size(); ++i) {
    RestorePiece& piece = task.pieces[i];
    if (piece.file != nullptr) {
      bring_extent(piece);
      continue;
    }
    write_run();
    const Status brought = bring_whole_file(piece);
    if (brought) continue;
    if (is_damage(brought.error())) {
      course_->report(piece.path, brought.error());
      continue;
    }
    course_->stop(brought.error());
    return course_->give_up_each(std::span(task.pieces).subspan(i));
  }
  write_run();
}

Status RestoreWorker::bring_whole_file(RestorePiece& piece) {
  PENSTOCK_TRY_ASSIGN(const Bytes block, read_leaf(piece.extent.leaf, *reader_));
  PENSTOCK_TRY(course_->charge(block.size(), piece.path));
  PENSTOCK_TRY_ASSIGN(Descriptor output, make_file(piece));
  course_->expect(block.size());
  RestoredFile file;
  file.descriptor = output.release();
  file.path = piece.path;
  file.meta = std::move(piece.meta);
  Status written;
  if (is_long_zero_run(block)) {
    if (ftruncate(file.descriptor, static_cast<off_t>(block.size())) != 0) written = fail_errno(piece.path);
    course_->pass_zeros(block.size());
  } else {
    written = course_->write(file, block, 0);
  }
  if (!written) file.meta.reset();
  course_->complete_file(file);
  return written;
}

// Files of one directory mostly follow each other: then their names are looked up there, not from the root.
Result<Descriptor> RestoreWorker::make_file(const RestorePiece& piece) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL;
  // Only whoever restores reaches it before it is whole, whatever its mode.
  const unsigned mode = piece.meta ? piece.meta->mode & 0777 : 0666;
  const size_t slash = piece.path.rfind('/');
  if (slash == std::string::npos) return open_beneath(piece.root, piece.path, kFlags, mode, piece.path);
  const std::string_view directory = std::string_view(piece.path).substr(0, slash);
  if (piece.root != root_ || directory != directory_) {
    root_ = piece.root;
    directory_ = directory;
    directory_open_ = Descriptor();
    return open_beneath(piece.root, piece.path, kFlags, mode, piece.path);
  }
  if (directory_open_.number() < 0) {
    PENSTOCK_TRY_ASSIGN(directory_open_,
                        open_beneath(piece.root, directory_, O_PATH | O_DIRECTORY, 0, piece.path));
  }
  return open_beneath(directory_open_.number(), piece.path.substr(slash + 1), kFlags, mode, piece.path);
}

// Between two calls of write_run at most one other record is read, so that the run's bytes are still there.
void RestoreWorker::bring_extent(const RestorePiece& piece) {
  static_assert(StoreReader::kRecordsKept > 1);
  RestoredFile& file = *piece.file;
  const uint64_t offset = piece.extent.file_offset;
  if (file.damaged) return course_->end_pieces(file);
  const Result<Bytes> bytes = extent_bytes(piece.extent, {});
  const bool adjoining = bytes && run_.file == &file &&
                         run_.bytes.data() + run_.bytes.size() == bytes->data() &&
                         run_.offset + run_.bytes.size() == offset;
  // Should frames adjoin in memory, this is of two at the most.
  if (adjoining && run_.bytes.size() + bytes->size() <= kFrameBytesMax) {
    run_.bytes = Bytes(run_.bytes.data(), run_.bytes.size() + bytes->size());
    ++run_.pieces;
    return;
  }
  write_run();
  if (bytes) {
    run_ = {&file, *bytes, offset, 1};
    return;
  }
  course_->damage(file, bytes.error());
  course_->end_pieces(file);
}

void RestoreWorker::write_run() {
  if (run_.file == nullptr) return;
  const Status written = run_.file->damaged ? Status() : course_->write(*run_.file, run_.bytes, run_.offset);
  if (!written) {
    run_.file->unfinished = true;
    course_->stop(written.error());
  }
  course_->end_pieces(*run_.file, run_.pieces);
  run_ = {};
}

// A stream cannot go on behind a gap.
void RestoreWorker::bring_in_turn(const RestoreTask& task) {
  const Status written = write_in_turn(task);
  if (written) return course_->end_each(task.pieces);
  course_->stop(written.error());
  course_->give_up_each(task.pieces);
}

Status RestoreWorker::write_in_turn(const RestoreTask& task) {
  const RestoredFile& file = *task.pieces.front().file;
  const MutableBytes buffer = buffer_.bytes();
  size_t filled = 0;
  const auto flush = [&]() -> Status {
    PENSTOCK_TRY(course_->wait_for_turn(task.sequence));
    return course_->write(file, buffer.first(std::exchange(filled, 0)), std::nullopt);
  };
  for (const RestorePiece& piece : task.pieces) {
    if (piece.extent.kind == FileExtent::Kind::zeros) {
      PENSTOCK_TRY(flush());
      PENSTOCK_TRY(write_zeros(file, piece.extent.length));
      continue;
    }
    PENSTOCK_TRY_ASSIGN(const Bytes bytes, extent_bytes(piece.extent, task.inline_bytes));
    if (filled + bytes.size() > buffer.size()) PENSTOCK_TRY(flush());
    std::memcpy(buffer.data() + filled, bytes.data(), bytes.size());
    filled += bytes.size();
  }
  PENSTOCK_TRY(flush());
  course_->pass_turn();
  return {};
}

Status RestoreWorker::write_zeros(const RestoredFile& file, uint64_t bytes) {
  static constexpr std::array<uint8_t, 256 * kKiB> kZeros{};
  while (bytes > 0) {
    const size_t part = std::min<uint64_t>(bytes, kZeros.size());
    PENSTOCK_TRY(course_->write(file, Bytes(kZeros).first(part), std::nullopt));
    bytes -= part;
  }
  return {};
}

// The bytes of one extent: of a block, or where they stood inline. corrupt error: missing, damaged, or not as
// long as its parent says.
Result<Bytes> RestoreWorker::extent_bytes(const FileExtent& extent, Bytes inline_bytes) {
  if (extent.kind == FileExtent::Kind::inline_bytes)
    return inline_bytes.subspan(extent.leaf_offset, extent.length);
  PENSTOCK_TRY_ASSIGN(const Bytes block, read_leaf(extent.leaf, *reader_));
  if (block.size() != extent.leaf_bytes)
    return fail(Errc::corrupt, extent.leaf.text(),
                "has " + std::to_string(block.size()) + " bytes where its parent says " +
                    std::to_string(extent.leaf_bytes),
                kMalformedRemedy);
  return block.subspan(extent.leaf_offset, extent.length);
}

}  // namespace penstock
