// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

#include "gateway/borrowed_reader.h"
#include "gateway/byte_ring.h"
#include "gateway/made_answer.h"
#include "gateway/mailbox.h"
#include "gateway/place_count.h"
#include "gateway/reader_pool.h"
#include "http/http_service.h"

namespace penstock {

// An answer that a pool's thread makes and the worker's thread sends. The pool's thread makes the head and as
// much of the body as its buffer takes; when half of that was sent, it takes another turn. The head is shown
// only with the first part of the body: damage that is found until then makes another answer. Shared by the
// exchange and the pool; whoever drops it last frees it.
class PooledAnswer final : public ReadTask, public std::enable_shared_from_this<PooledAnswer> {
 public:
  // Called once, by a reader's thread. The source stays valid for the body that is made.
  using Maker = std::function<MadeAnswer(Store&, BlockSource&)>;
  // Told of bodies that could not be completed, and of why. Any thread.
  using Report = std::function<void(const Error&)>;

  struct Options {
    size_t buffer_bytes = 0;
    bool head_only = false;
    Report report;
  };
  // Held until the answer is freed, which may be after its client has gone: so many of them are there at
  // once, and no more, however quickly clients come and go.
  struct Places {
    PlaceCount::Place answer;
    PlaceCount::Place large;  // among those that take much memory; may be none
  };
  PooledAnswer(ReaderPool& pool, std::shared_ptr<Mailbox> mailbox, uint64_t exchange, Places places,
               Options options, Maker maker);

  // The worker's thread: once, and then the rest of them.
  void start();
  const HttpResponse* head() const {
    return shown_.load(std::memory_order_acquire) ? &answer_.head : nullptr;
  }
  BodyRead read(MutableBytes into);
  // Nobody waits for it any more.
  void give_up() { given_up_.store(true, std::memory_order_relaxed); }

  void work(Store& store, StoreReader& reader) override;

 private:
  enum class End : uint8_t { none, whole, failed };

  // What a turn comes to.
  struct Turn {
    End end = End::none;
    Error error;
  };
  void make(Store& store);
  void take_ring();
  Turn fill();
  Turn fill_part(MutableBytes room);
  void submit() { pool_->submit(lane_, shared_from_this()); }

  ReaderPool* pool_;
  const size_t lane_;
  const std::shared_ptr<Mailbox> mailbox_;
  const uint64_t exchange_;
  const Places places_;
  const Options options_;
  std::atomic<bool> given_up_{false};
  std::atomic<bool> shown_{false};

  // Of the turn that is under way; a turn's end is before the next one's beginning.
  Maker maker_;
  BorrowedReader source_;
  MadeAnswer answer_;        // its head is not changed once it is shown
  uint64_t made_bytes_ = 0;  // of the body

  std::mutex mutex_;  // guards what follows; taken once some hundred KiB
  ByteRing ring_{0};
  bool working_ = false;  // queued or under way
  End end_ = End::none;
};

}  // namespace penstock
