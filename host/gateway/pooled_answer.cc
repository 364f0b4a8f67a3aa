// SPDX-License-Identifier: Apache-2.0
#include "gateway/pooled_answer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "gateway/refusal.h"

namespace penstock {

PooledAnswer::PooledAnswer(ReaderPool& pool, std::shared_ptr<Mailbox> mailbox, uint64_t exchange,
                           Places places, Options options, Maker maker)
    : pool_(&pool),
      lane_(pool.choose_lane()),
      mailbox_(std::move(mailbox)),
      exchange_(exchange),
      places_(std::move(places)),
      options_(std::move(options)),
      maker_(std::move(maker)) {}

void PooledAnswer::start() {
  {
    const std::lock_guard lock(mutex_);
    working_ = true;
  }
  submit();
}

void PooledAnswer::work(Store& store, StoreReader& reader) {
  if (given_up_.load(std::memory_order_relaxed)) return;
  source_.lend(&reader);
  if (maker_) make(store);
  Turn turn = fill();
  if (turn.end == End::failed) {
    if (options_.report) options_.report(turn.error);
    if (!shown_.load(std::memory_order_relaxed)) {
      answer_ = refusal_answer(refusal_of(turn.error));
      take_ring();
      turn = fill();
    }
  }
  source_.lend(nullptr);
  {
    const std::lock_guard lock(mutex_);
    end_ = turn.end;
    working_ = false;
    shown_.store(true, std::memory_order_release);
  }
  mailbox_->post(exchange_);
}

void PooledAnswer::make(Store& store) {
  answer_ = std::exchange(maker_, nullptr)(store, source_);
  take_ring();
}

// Small answers are many: each takes what it needs.
void PooledAnswer::take_ring() {
  made_bytes_ = 0;
  const uint64_t bytes = answer_.head.content_bytes.value_or(options_.buffer_bytes);
  if (options_.head_only || bytes == 0) answer_.body.reset();
  const std::lock_guard lock(mutex_);
  ring_ = ByteRing(answer_.body ? static_cast<size_t>(std::min<uint64_t>(bytes, options_.buffer_bytes)) : 0);
}

// Until the buffer is full or the body ends. Who reads meanwhile makes room, but not for ever: a buffer's
// worth is a turn.
PooledAnswer::Turn PooledAnswer::fill() {
  size_t left = options_.buffer_bytes;
  while (answer_.body != nullptr) {
    MutableBytes room;
    {
      const std::lock_guard lock(mutex_);
      room = ring_.room();
    }
    room = room.first(std::min(room.size(), left));
    if (room.empty() || given_up_.load(std::memory_order_relaxed)) return {};
    left -= room.size();
    Turn turn = fill_part(room);
    if (turn.end != End::none) {
      answer_.body.reset();
      return turn;
    }
  }
  return {End::whole, {}};
}

PooledAnswer::Turn PooledAnswer::fill_part(MutableBytes room) {
  const uint64_t rest = answer_.head.content_bytes.value_or(UINT64_MAX) - made_bytes_;
  room = room.first(std::min<uint64_t>(room.size(), rest));
  const auto filled = answer_.body->fill(room);
  if (!filled) return {End::failed, filled.error()};
  made_bytes_ += *filled;
  const bool whole = *filled < room.size() || made_bytes_ == answer_.head.content_bytes;
  if (whole && made_bytes_ != answer_.head.content_bytes.value_or(made_bytes_)) {
    return {End::failed, {Errc::corrupt, "an object", "is shorter than its own blocks say", {}}};
  }
  const std::lock_guard lock(mutex_);
  ring_.wrote(*filled);
  return {whole ? End::whole : End::none, {}};
}

BodyRead PooledAnswer::read(MutableBytes into) {
  BodyRead read;
  std::unique_lock lock(mutex_);
  while (read.bytes < into.size()) {
    const Bytes ready = ring_.ready();
    const size_t part = std::min(ready.size(), into.size() - read.bytes);
    if (part == 0) break;
    lock.unlock();
    std::memcpy(into.data() + read.bytes, ready.data(), part);
    lock.lock();
    ring_.took(part);
    read.bytes += part;
  }
  if (ring_.used() == 0 && end_ != End::none) {
    read.state = end_ == End::whole ? BodyRead::State::end : BodyRead::State::failed;
    return read;
  }
  const bool resume = end_ == End::none && !working_ && ring_.used() <= ring_.capacity() / 2;
  if (resume) working_ = true;
  read.state = read.bytes > 0 || ring_.used() > 0 ? BodyRead::State::more : BodyRead::State::wait;
  lock.unlock();
  if (resume) submit();
  return read;
}

}  // namespace penstock
