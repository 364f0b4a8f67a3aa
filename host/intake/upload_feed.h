// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "chunking/chunker_spec.h"
#include "intake/arrival_queue.h"
#include "intake/batch_gatherer.h"
#include "intake/feed_tally.h"
#include "intake/loaded_upload.h"
#include "intake/partial_uploads.h"
#include "intake/upload_assembler.h"
#include "intake/upload_body.h"
#include "intake/upload_door.h"
#include "intake/upload_stream.h"
#include "memory/buffer_pool.h"

namespace penstock {

// One worker's way into the intake: cuts its uploads as their bytes arrive, and gathers whole chunks of all
// of them into batches. What is not yet a chunk stays with its upload, so that a slow sender holds up nobody.
// The worker's thread, but for deliver() and fail_all().
class UploadFeed final : public UploadDoor {
 public:
  struct Limits {
    size_t uploads_max = 1024;
    // Of uploads of more than a small object: each may keep some 544 KiB with the default chunker. One that
    // waits for its place keeps what its connection may send: less than uploads_max can stop a connection
    // whose other uploads have places.
    size_t large_uploads_max = 1024;
  };

  // `number` is part of its uploads' ids. `wake` may be called by any thread, `closed` is called when it
  // goes.
  // Null `partials`: no upload can be gone on with.
  struct Parts {
    ArrivalQueue& queue;
    BufferPool& buffers;
    UploadAssembler& assembler;
    PartialUploads* partials = nullptr;
    FeedTally* tally = nullptr;  // null: nobody looks
  };
  UploadFeed(uint16_t number, const Parts& parts, const ChunkerSpec& chunker, Limits limits,
             std::function<void()> wake, std::function<void()> closed);
  ~UploadFeed() override;

  UploadAdmission begin(const UploadStart& start) override;
  size_t append(uint64_t id, Bytes bytes) override;
  void finish(uint64_t id) override;
  void suspend(uint64_t id) override;
  void drop(uint64_t id) override;
  void poll(UploadNews& news) override;
  void drain() override { draining_ = true; }

  // An upload of this feed has been committed, suspended, is asked for elsewhere; or its journal was read.
  void deliver(UploadNews::Ended ended);
  void deliver(UploadNews::Suspended suspended);
  void deliver(LoadedUpload loaded);
  void deliver_wanted(uint64_t id);
  // None will be any more.
  void fail_all(const Error& error);

  static uint16_t feed_of(uint64_t upload) { return static_cast<uint16_t>(upload >> kNumberShift); }

 private:
  static constexpr unsigned kNumberShift = 48;

  struct Upload {
    enum class State : uint8_t {
      loading,     // its journal is read, or made
      open,        // bytes may come
      finishing,   // no more do
      suspending,  // no more do for now
      dropping,    // the assembler has to forget it
      closed,      // with the assembler, or committed
    };
    explicit Upload(std::unique_ptr<UploadBody> made) : body(std::move(made)) {}

    State state = State::open;
    std::unique_ptr<UploadBody> body;  // until it is closed
    bool tells_new = true;             // as UploadStart has it
    bool announced = false;            // the assembler has heard of it
    bool waiting = false;              // in one of the two queues
    bool large = false;                // counted in large_uploads_
    bool refused = false;              // it has failed, and poll() will say so
    bool dropped = false;              // nobody asks for its result
    // Of a partial upload.
    struct Partial {
      std::string token;
      bool made_here = false;              // nobody knows its token yet
      uint64_t offset = 0;                 // where its sender goes on
      State wish = State::open;            // once it is loaded
      UploadStream* stream = nullptr;      // its body, once it is loaded
      std::unique_ptr<UploadTree> tree{};  // until the assembler hears of it
      std::vector<uint8_t> left_over{};    // of what arrived the last time
      size_t left_over_taken = 0;
      bool grown = false;  // something arrived since
    };
    std::unique_ptr<Partial> partial{};
  };

  Upload* find(uint64_t id);
  UploadAdmission begin_partial(const UploadStart& start, uint64_t id);
  bool may_be_large(Upload& upload, size_t bytes);
  void take_loaded(LoadedUpload& loaded, UploadNews& news);
  void begin_loaded(uint64_t id, Upload& upload, LoadedUpload::Content& content);
  void hand_back(uint64_t id, uint64_t offset);
  void drop_partial(uint64_t id, Upload& upload);
  void wait_for_room(Upload& upload);
  // Each false where there is no room.
  bool advance(Upload& upload);
  bool place_left_over(Upload& upload);
  size_t take(UploadBody& body, Bytes bytes);
  bool announce(Upload& upload);
  bool place_pieces(Upload& upload);
  bool close(Upload& upload, TreeEvent::Kind kind);
  void release(Upload& upload);
  void refuse(Upload& upload, const Error& error);
  void forget(uint64_t id, Upload& upload);
  void resume_waiting(UploadNews& news);
  void take_delivered(UploadNews& news);

  const uint16_t number_;
  ArrivalQueue* queue_;
  UploadAssembler* assembler_;
  PartialUploads* partials_;
  const ChunkerSpec chunker_;
  const Limits limits_;
  const std::function<void()> wake_;
  const std::function<void()> closed_;
  uint64_t next_ = 1;
  bool draining_ = false;
  size_t large_uploads_ = 0;
  std::unordered_map<uint64_t, Upload> uploads_;
  std::deque<uint64_t> waiting_for_room_;
  std::deque<uint64_t> waiting_to_grow_;  // until there are fewer large ones
  FeedTally own_tally_;
  FeedTally* tally_;
  BatchGatherer batches_;
  std::vector<UploadNews::Suspended> handed_back_;

  std::mutex mutex_;  // of what other threads bring
  std::vector<UploadNews::Ended> delivered_;
  std::vector<UploadNews::Suspended> suspended_;
  std::vector<LoadedUpload> loaded_;
  std::vector<uint64_t> wanted_;
  std::optional<Error> error_;
};

}  // namespace penstock
