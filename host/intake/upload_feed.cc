// SPDX-License-Identifier: Apache-2.0
#include "intake/upload_feed.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "intake/piece_stream.h"
#include "intake/upload_stream.h"

namespace penstock {
namespace {

// What cuts it, or reads where its sender did.
std::unique_ptr<UploadBody> make_body(uint64_t id, const UploadStart& start, const ChunkerSpec& chunker) {
  if (start.kind == UploadKind::pieces)
    return std::make_unique<PieceStream>(id, start.name, chunker, start.content_bytes_max);
  return std::make_unique<UploadStream>(id, start.name, chunker);
}

}  // namespace

UploadFeed::UploadFeed(uint16_t number, const Parts& parts, const ChunkerSpec& chunker, Limits limits,
                       std::function<void()> wake, std::function<void()> closed)
    : number_(number),
      queue_(&parts.queue),
      assembler_(&parts.assembler),
      partials_(parts.partials),
      chunker_(chunker),
      limits_(limits),
      wake_(std::move(wake)),
      closed_(std::move(closed)),
      tally_(parts.tally == nullptr ? &own_tally_ : parts.tally),
      batches_(parts.queue, parts.buffers, chunker.zero_leaf_bytes(), *tally_) {}

UploadFeed::~UploadFeed() {
  closed_();
}

UploadAdmission UploadFeed::begin(const UploadStart& start) {
  {
    const std::lock_guard lock(mutex_);
    if (error_) return {.verdict = UploadAdmission::Verdict::failed, .error = *error_};
  }
  if (draining_) return {.verdict = UploadAdmission::Verdict::draining, .error = {}};
  if (uploads_.size() >= limits_.uploads_max)
    return {.verdict = UploadAdmission::Verdict::too_many, .error = {}};
  const uint64_t id = uint64_t{number_} << kNumberShift | next_++;
  if (start.partial) return begin_partial(start, id);
  uploads_.emplace(id, Upload(make_body(id, start, chunker_))).first->second.tells_new = start.tells_new;
  return {.verdict = UploadAdmission::Verdict::begun, .id = id, .error = {}};
}

// What it is cut and how far it is stands in its journal: until that is read it takes nothing.
UploadAdmission UploadFeed::begin_partial(const UploadStart& start, uint64_t id) {
  using Verdict = UploadAdmission::Verdict;
  const PartialStart& partial = *start.partial;
  const bool made_here = partial.token.empty();
  if (partials_ == nullptr || large_uploads_ == limits_.large_uploads_max)
    return {.verdict = Verdict::too_many, .error = {}};
  if (!(made_here ? partials_->create(id, start) : partials_->take(id, partial)))
    return {.verdict = made_here ? Verdict::too_many : Verdict::taken, .error = {}};
  Upload upload(nullptr);
  upload.state = Upload::State::loading;
  upload.tells_new = start.tells_new;
  upload.partial = std::make_unique<Upload::Partial>();
  upload.partial->made_here = made_here;
  upload.partial->offset = partial.offset;
  upload.large = true;
  ++large_uploads_;
  uploads_.emplace(id, std::move(upload));
  return {.verdict = Verdict::begun, .id = id, .error = {}};
}

UploadFeed::Upload* UploadFeed::find(uint64_t id) {
  const auto found = uploads_.find(id);
  return found == uploads_.end() ? nullptr : &found->second;
}

void UploadFeed::wait_for_room(Upload& upload) {
  queue_->ask_for_room();
  if (std::exchange(upload.waiting, true)) return;
  waiting_for_room_.push_back(upload.body->id());
}

bool UploadFeed::may_be_large(Upload& upload, size_t bytes) {
  if (upload.large || !upload.body->would_be_large(bytes)) return true;
  if (large_uploads_ == limits_.large_uploads_max) return false;
  upload.large = true;
  ++large_uploads_;
  return true;
}

size_t UploadFeed::append(uint64_t id, Bytes bytes) {
  Upload* const upload = find(id);
  // It has failed, and poll() says so.
  if (upload == nullptr || upload->refused) return bytes.size();
  if (upload->waiting || upload->state == Upload::State::loading) return 0;
  PENSTOCK_CHECK(upload->state == Upload::State::open);
  if (!place_left_over(*upload)) {
    wait_for_room(*upload);
    return 0;
  }
  if (!may_be_large(*upload, bytes.size())) {
    upload->waiting = true;
    waiting_to_grow_.push_back(id);
    return 0;
  }
  if (upload->partial && !bytes.empty()) upload->partial->grown = true;
  size_t taken = 0;
  while (taken < bytes.size()) {
    taken += take(*upload->body, bytes.subspan(taken));
    if (upload->body->error()) {
      FeedTally::add(tally_->bytes_taken, taken);
      refuse(*upload, *upload->body->error());
      return bytes.size();
    }
    if (place_pieces(*upload)) continue;
    wait_for_room(*upload);
    break;
  }
  FeedTally::add(tally_->bytes_taken, taken);
  return taken;
}

// Part of what arrived, to where it is cut.
size_t UploadFeed::take(UploadBody& body, Bytes bytes) {
  const uint64_t shifted = body.bytes_shifted();
  const size_t taken = body.take(bytes);
  FeedTally::add(tally_->bytes_windowed, taken);
  FeedTally::add(tally_->bytes_shifted, body.bytes_shifted() - shifted);
  return taken;
}

bool UploadFeed::place_left_over(Upload& upload) {
  if (!upload.partial) return true;
  Upload::Partial& partial = *upload.partial;
  while (partial.left_over_taken < partial.left_over.size()) {
    partial.left_over_taken += take(*upload.body, Bytes(partial.left_over).subspan(partial.left_over_taken));
    if (!place_pieces(upload)) return false;
  }
  partial.left_over = {};
  partial.left_over_taken = 0;
  return true;
}

// In front of all else of it: the assembler hears of it.
bool UploadFeed::announce(Upload& upload) {
  if (upload.announced) return true;
  TreeEvent first{.kind = TreeEvent::Kind::file_begin, .stream = upload.body->id()};
  first.name = upload.body->name();
  first.tells_new = upload.tells_new;
  if (!batches_.begin(std::move(first))) return false;
  upload.announced = true;
  // No lane has the batch before the next call of batches_.
  if (upload.partial) assembler_->expect(upload.body->id(), std::move(upload.partial->tree));
  return true;
}

bool UploadFeed::place_pieces(Upload& upload) {
  UploadBody& body = *upload.body;
  for (; body.has_piece(); body.pass_piece()) {
    const UploadPiece piece = body.piece();
    const Bytes bytes = piece.kind == UploadPiece::Kind::data ? body.piece_bytes() : Bytes();
    if (!announce(upload) || !batches_.place(body.id(), piece, bytes)) return false;
  }
  return true;
}

bool UploadFeed::close(Upload& upload, TreeEvent::Kind kind) {
  if (!announce(upload) || !batches_.end(upload.body->id(), kind)) return false;
  // No lane has the batch before the next call of batches_.
  if (kind == TreeEvent::Kind::stream_suspended)
    partials_->leave_tail(upload.body->id(), upload.partial->stream->open_zeros(),
                          upload.partial->stream->uncut());
  release(upload);
  return true;
}

void UploadFeed::release(Upload& upload) {
  if (std::exchange(upload.large, false)) --large_uploads_;
  upload.body.reset();
  upload.state = Upload::State::closed;
}

bool UploadFeed::advance(Upload& upload) {
  switch (upload.state) {
    case Upload::State::open:
      return place_left_over(upload) && place_pieces(upload);
    case Upload::State::suspending:
      return place_left_over(upload) && place_pieces(upload) &&
             close(upload, TreeEvent::Kind::stream_suspended);
    case Upload::State::finishing:
      if (!place_left_over(upload) || !place_pieces(upload)) return false;
      if (!upload.body->ended()) upload.body->end();
      if (upload.body->error()) {
        refuse(upload, *upload.body->error());
        return true;
      }
      return place_pieces(upload) && close(upload, TreeEvent::Kind::stream_end);
    case Upload::State::dropping:
      return close(upload, TreeEvent::Kind::stream_dropped);
    case Upload::State::loading:
    case Upload::State::closed:
      break;
  }
  return true;
}

// The worker's next poll() tells, and has the assembler forget it.
void UploadFeed::refuse(Upload& upload, const Error& error) {
  if (std::exchange(upload.refused, true)) return;
  deliver({upload.body->id(), Failure(error)});
}

void UploadFeed::finish(uint64_t id) {
  Upload* const upload = find(id);
  if (upload == nullptr || upload->refused) return;
  if (upload->state == Upload::State::loading) {
    upload->partial->wish = Upload::State::finishing;
    return;
  }
  upload->state = Upload::State::finishing;
  if (!upload->waiting && !advance(*upload)) wait_for_room(*upload);
}

void UploadFeed::suspend(uint64_t id) {
  Upload* const upload = find(id);
  if (upload == nullptr) return;
  PENSTOCK_CHECK(upload->partial);
  if (upload->state == Upload::State::loading) {
    upload->partial->wish = Upload::State::suspending;
    return;
  }
  if (!upload->partial->grown && !upload->announced) return hand_back(id, upload->partial->offset);
  upload->state = Upload::State::suspending;
  if (!upload->waiting && !advance(*upload)) wait_for_room(*upload);
}

// Its journal is as it was.
void UploadFeed::hand_back(uint64_t id, uint64_t offset) {
  Upload& upload = *find(id);
  partials_->release(id);
  if (!upload.dropped) {
    handed_back_.push_back({id, upload.partial->token, offset});
    wake_();
  }
  release(upload);
  uploads_.erase(id);
}

// What has come of it is kept, unless nobody could ask for it.
void UploadFeed::drop_partial(uint64_t id, Upload& upload) {
  upload.dropped = true;
  if (upload.partial->made_here) partials_->abandon(id);
  if (upload.state == Upload::State::loading) {
    upload.partial->wish = Upload::State::suspending;
    return;
  }
  if (upload.state == Upload::State::open) {
    if (!upload.partial->grown && !upload.announced) return hand_back(id, upload.partial->offset);
    upload.state = Upload::State::suspending;
  }
  if (upload.waiting) return;
  if (advance(upload)) {
    uploads_.erase(id);
  } else {
    wait_for_room(upload);
  }
}

void UploadFeed::drop(uint64_t id) {
  Upload* const upload = find(id);
  if (upload == nullptr) return;
  if (upload->partial && upload->state != Upload::State::closed) return drop_partial(id, *upload);
  forget(id, *upload);
}

// The assembler has to, too, if it knows of it.
void UploadFeed::forget(uint64_t id, Upload& upload) {
  if (upload.state == Upload::State::closed || !upload.announced) {
    if (upload.state != Upload::State::closed) release(upload);
    uploads_.erase(id);
    return;
  }
  upload.state = Upload::State::dropping;
  upload.dropped = true;
  if (upload.waiting) return;
  if (advance(upload)) {
    uploads_.erase(id);
  } else {
    wait_for_room(upload);
  }
}

// In their order: the first that finds no room holds up the others.
void UploadFeed::resume_waiting(UploadNews& news) {
  while (!waiting_for_room_.empty()) {
    const uint64_t id = waiting_for_room_.front();
    Upload* const upload = find(id);
    if (upload != nullptr && !advance(*upload)) {
      queue_->ask_for_room();
      // Room that was made before it was asked for wakes nobody.
      if (!advance(*upload)) break;
    }
    waiting_for_room_.pop_front();
    if (upload == nullptr) continue;
    upload->waiting = false;
    if (upload->state == Upload::State::open) news.writable.push_back(id);
    if (upload->state == Upload::State::closed && upload->dropped) uploads_.erase(id);
  }
  for (size_t free = limits_.large_uploads_max - large_uploads_; free > 0 && !waiting_to_grow_.empty();
       --free) {
    const uint64_t id = waiting_to_grow_.front();
    waiting_to_grow_.pop_front();
    Upload* const upload = find(id);
    if (upload == nullptr) continue;
    upload->waiting = false;
    if (upload->state == Upload::State::open) {
      news.writable.push_back(id);
    } else if (!advance(*upload)) {
      wait_for_room(*upload);
    } else if (upload->dropped) {
      uploads_.erase(id);
    }
  }
}

void UploadFeed::begin_loaded(uint64_t id, Upload& upload, LoadedUpload::Content& content) {
  auto stream = std::make_unique<UploadStream>(id, std::move(content.name), chunker_);
  if (content.tail.zeros > 0) stream->begin_within_zeros(content.tail.zeros);
  upload.partial->stream = stream.get();
  upload.body = std::move(stream);
  upload.partial->left_over = std::move(content.tail.bytes);
  upload.partial->tree = std::move(content.tree);
  upload.state = upload.partial->wish;
}

void UploadFeed::take_loaded(LoadedUpload& loaded, UploadNews& news) {
  Upload* const upload = find(loaded.stream);
  if (upload == nullptr) return partials_->release(loaded.stream);
  if (!loaded.content) {
    if (!upload->dropped) news.ended.push_back({loaded.stream, Failure(loaded.content.error())});
    release(*upload);
    uploads_.erase(loaded.stream);
    return;
  }
  upload->partial->token = std::move(loaded.token);
  const uint64_t offset = std::max(loaded.content->tail.end(), loaded.content->tree->upload.content_bytes);
  const bool goes_on =
      upload->partial->offset == offset && upload->partial->wish != Upload::State::suspending;
  if (!goes_on) return hand_back(loaded.stream, offset);
  begin_loaded(loaded.stream, *upload, *loaded.content);
  if (!advance(*upload)) return wait_for_room(*upload);
  if (upload->state == Upload::State::open) news.writable.push_back(loaded.stream);
}

void UploadFeed::take_delivered(UploadNews& news) {
  std::vector<UploadNews::Ended> delivered;
  std::vector<UploadNews::Suspended> suspended;
  std::vector<uint64_t> wanted;
  std::optional<Error> error;
  {
    const std::lock_guard lock(mutex_);
    delivered.swap(delivered_);
    suspended.swap(suspended_);
    wanted.swap(wanted_);
    error = error_;
  }
  for (UploadNews::Ended& ended : delivered) {
    Upload* const upload = find(ended.id);
    if (upload == nullptr) continue;
    const bool asked_for = !upload->dropped;
    upload->refused = !ended.result;
    forget(ended.id, *upload);
    if (asked_for) news.ended.push_back(std::move(ended));
  }
  for (UploadNews::Suspended& one : suspended) {
    if (uploads_.erase(one.id) > 0) news.suspended.push_back(std::move(one));
  }
  for (const uint64_t id : wanted) {
    if (const Upload* const upload = find(id); upload != nullptr && !upload->dropped)
      news.wanted.push_back(id);
  }
  if (!error) return;
  for (const auto& [id, upload] : uploads_) {
    if (!upload.dropped) news.ended.push_back({id, Failure(*error)});
  }
  uploads_.clear();
  large_uploads_ = 0;
  batches_.clear();
}

void UploadFeed::poll(UploadNews& news) {
  take_delivered(news);
  std::vector<LoadedUpload> loaded;
  {
    const std::lock_guard lock(mutex_);
    loaded.swap(loaded_);
  }
  for (LoadedUpload& one : loaded) take_loaded(one, news);
  resume_waiting(news);
  std::ranges::move(handed_back_, std::back_inserter(news.suspended));
  handed_back_.clear();
  batches_.hand_over_what_is_waited_for();
}

void UploadFeed::deliver(UploadNews::Ended ended) {
  {
    const std::lock_guard lock(mutex_);
    delivered_.push_back(std::move(ended));
  }
  wake_();
}

void UploadFeed::deliver(UploadNews::Suspended suspended) {
  {
    const std::lock_guard lock(mutex_);
    suspended_.push_back(std::move(suspended));
  }
  wake_();
}

void UploadFeed::deliver(LoadedUpload loaded) {
  {
    const std::lock_guard lock(mutex_);
    loaded_.push_back(std::move(loaded));
  }
  wake_();
}

void UploadFeed::deliver_wanted(uint64_t id) {
  {
    const std::lock_guard lock(mutex_);
    wanted_.push_back(id);
  }
  wake_();
}

void UploadFeed::fail_all(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = error;
  }
  wake_();
}

}  // namespace penstock
