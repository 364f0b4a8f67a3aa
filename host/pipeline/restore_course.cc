// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restore_course.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/size_text.h"
#include "pipeline/restore_stage.h"

namespace penstock {

bool is_damage(const Error& error) {
  return error.code == Errc::corrupt || error.code == Errc::absent;
}

Status RestoreCourse::charge(uint64_t bytes, const std::string& what) {
  uint64_t charged = bytes_charged_;
  bool fits = true;
  do fits = bytes <= options_->bytes_max - charged;
  while (fits && !bytes_charged_.compare_exchange_weak(charged, charged + bytes));
  limit_reached_ = limit_reached_ || !fits;
  if (!fits)
    return fail(Errc::failed, what,
                "brings what is restored to more than --max-size " + exact_size(options_->bytes_max),
                "raise --max-size if you trust it");
  return {};
}

void RestoreCourse::expect(uint64_t bytes) {
  bytes_content_ += bytes;
  if (options_->progress != nullptr) options_->progress->bytes_expected += bytes;
}

void RestoreCourse::pass_zeros(uint64_t bytes) {
  if (options_->progress != nullptr) options_->progress->bytes_content += bytes;
}

Status RestoreCourse::write(const RestoredFile& file, Bytes bytes, std::optional<uint64_t> offset) {
  while (!bytes.empty()) {
    const ssize_t written =
        offset ? pwrite(file.descriptor, bytes.data(), bytes.size(), static_cast<off_t>(*offset))
               : ::write(file.descriptor, bytes.data(), bytes.size());
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

void RestoreCourse::open_file() {
  const std::lock_guard lock(mutex_);
  ++open_files_;
}

void RestoreCourse::complete_file(RestoredFile& file) {
  if (attributes_ != nullptr && file.meta != nullptr && !file.damaged && !file.unfinished) {
    const Status applied = attributes_->apply(file.descriptor, *file.meta, file.path, true);
    if (!applied) stop(applied.error());
  }
  // Some file systems report a failed write only here.
  if (close(file.descriptor) != 0 && errno != EINTR) {
    const std::string why = errno_text(errno);
    {
      const std::lock_guard lock(mutex_);
      doubtful_.push_back(file.path);
    }
    stop({Errc::failed, file.path, why, {}});
  }
  if (options_->progress != nullptr) ++options_->progress->files;
}

void RestoreCourse::close_file(RestoredFile& file) {
  if (!failure()) file.unfinished = true;
  complete_file(file);
  const std::lock_guard lock(mutex_);
  --open_files_;
  changed_.notify_all();
}

void RestoreCourse::end_pieces(RestoredFile& file, uint32_t count) {
  if (file.pieces.fetch_sub(count) != count) return;
  const std::unique_ptr<RestoredFile> last(&file);
  close_file(*last);
}

void RestoreCourse::end_each(std::span<const RestorePiece> pieces) {
  for (const RestorePiece& piece : pieces)
    if (piece.file != nullptr) end_pieces(*piece.file);
}

void RestoreCourse::give_up(RestoredFile& file, uint32_t count) {
  file.unfinished = true;
  end_pieces(file, count);
}

void RestoreCourse::give_up_each(std::span<const RestorePiece> pieces) {
  for (const RestorePiece& piece : pieces)
    if (piece.file != nullptr) give_up(*piece.file);
}

size_t RestoreCourse::open_files() {
  const std::lock_guard lock(mutex_);
  return open_files_;
}

Status RestoreCourse::wait_for_files(size_t files_max) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return open_files_ <= files_max || failure_; });
  return failure_ ? Status(Failure(*failure_)) : Status();
}

Status RestoreCourse::wait_for_turn(uint64_t sequence) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return turn_ == sequence || failure_; });
  return turn_ == sequence ? Status() : Status(Failure(*failure_));
}

void RestoreCourse::pass_turn() {
  const std::lock_guard lock(mutex_);
  ++turn_;
  changed_.notify_all();
}

void RestoreCourse::report(const std::string& path, const Error& error) {
  const std::lock_guard lock(mutex_);
  damages_.push_back({path, error});
  // Without a path it is what was asked for itself, whose error the caller gets.
  if (!path.empty()) tell_locked(path, error);
}

void RestoreCourse::note(const std::string& path, const Error& error) {
  const std::lock_guard lock(mutex_);
  ++noted_;
  tell_locked(path, error);
}

void RestoreCourse::tell(const std::string& path, const Error& error) {
  const std::lock_guard lock(mutex_);
  tell_locked(path, error);
}

void RestoreCourse::tell_locked(const std::string& path, const Error& error) {
  if (!options_->report) return;
  Error named = error;
  if (!path.empty()) named.what = path + ": " + named.what;
  options_->report(named);
}

void RestoreCourse::damage(RestoredFile& file, const Error& error) {
  if (!is_damage(error)) {
    file.unfinished = true;
    return stop(error);
  }
  if (!file.damaged.exchange(true)) report(file.path, error);
}

void RestoreCourse::stop(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = error;
  queue_.stop();
  changed_.notify_all();
}

Status RestoreCourse::failure() {
  const std::lock_guard lock(mutex_);
  return failure_ ? Status(Failure(*failure_)) : Status();
}

void remove_doubtful(const RestoreCourse& course, int root) {
  for (const std::string& path : course.doubtful()) {
    const size_t slash = path.rfind('/');
    const auto above = open_beneath(root, slash == std::string::npos ? "." : path.substr(0, slash),
                                    O_RDONLY | O_DIRECTORY, 0, path);
    if (above)
      (void)unlinkat(above->number(), path.c_str() + (slash == std::string::npos ? 0 : slash + 1), 0);
  }
}

Status remove_damaged(const RestoreCourse& course, int root) {
  for (const RestoreCourse::Damage& damage : course.damages()) {
    const size_t slash = damage.path.rfind('/');
    const std::string name = damage.path.substr(slash == std::string::npos ? 0 : slash + 1);
    const std::string parent = slash == std::string::npos ? "." : damage.path.substr(0, slash);
    PENSTOCK_TRY_ASSIGN(const Descriptor directory,
                        open_beneath(root, parent, O_RDONLY | O_DIRECTORY, 0, damage.path));
    const bool gone = unlinkat(directory.number(), name.c_str(), 0) == 0 || errno == ENOENT ||
                      errno == ENAMETOOLONG || unlinkat(directory.number(), name.c_str(), AT_REMOVEDIR) == 0;
    if (!gone) return fail_errno(damage.path);
  }
  return {};
}

}  // namespace penstock
