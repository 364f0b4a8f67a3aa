// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "chunking/chunker_spec.h"
#include "dag/file_builder.h"
#include "intake/loaded_upload.h"
#include "intake/partial_journal.h"
#include "intake/upload_door.h"
#include "intake/upload_point.h"
#include "store/store.h"

namespace penstock {

// The uploads that can be gone on with: which there are, how far each is, and who has it. Each is had by one
// stream of the intake at a time, or by nobody. Durable in STORE/uploads (upload_journal.md). Any thread; a
// thread of its own reads journals and deletes them.
class PartialUploads {
 public:
  struct Options {
    ChunkerSpec chunker;
    LinkLayout layout = LinkLayout::content_cut;
    size_t uploads_max = 4096;       // that are not committed
    size_t per_caller_max = 256;     // of these, and as many that are
    int64_t age_s_max = 86'400;      // since it was last used, or the server was started
    std::function<int64_t()> now{};  // seconds since 1970; the system's clock where none
  };
  // How it tells. Called by its own thread, but `wanted` by whoever wants it.
  struct Told {
    std::function<void(LoadedUpload)> loaded;
    std::function<void(uint64_t stream)> wanted;
  };
  // What there is to know of one.
  struct Found {
    uint64_t offset = 0;                 // durable
    std::optional<uint64_t> bytes;       // of the whole object
    std::optional<StoredUpload> result;  // it is committed
    int64_t seconds_left = 0;
  };
  enum class Verdict : uint8_t {
    found,
    unknown,  // or another's: they look the same
    busy,     // a stream has it, and was asked to let it go
  };

  // Reads what is there. The store outlives it. failed: the directory cannot be made or read; single journals
  // that are damaged, or cut in another way, are removed.
  static Result<std::unique_ptr<PartialUploads>> open(Store& store, Options options);
  ~PartialUploads();

  // Once, before any of the following.
  void run(Told told);
  // Nobody is told anything any more.
  void finish();

  const Options& options() const { return options_; }
  Verdict look_up(std::string_view token, const std::string& caller, Found& found);
  Verdict remove(std::string_view token, const std::string& caller);
  size_t count() const;

  // For `stream`: makes a new one, or takes one that nobody has; `loaded` follows. False: there are too many;
  // somebody has it, or it is not there.
  bool create(uint64_t stream, const UploadStart& start);
  bool take(uint64_t stream, const PartialStart& start);
  // The stream has nothing to add, and gives it back.
  void release(uint64_t stream);
  // What the stream leaves uncut; of use when its suspension is written.
  void leave_tail(uint64_t stream, uint64_t zeros, Bytes bytes);
  // Nobody was told its token: it is removed when it is given back.
  void abandon(uint64_t stream);

  // Where a stream that gave its upload back has got.
  struct Place {
    std::string token;
    uint64_t offset = 0;
  };
  // What a point says is durable in the store: notes it. Returns the place of one that was suspended. A
  // journal that cannot be written stays as it was, and is reported.
  std::optional<Place> write(UploadPoint point);
  // The stream's upload is committed.
  void write_result(uint64_t stream, const StoredUpload& result);
  // Of journals that could not be read or written. Set before run().
  std::function<void(const Error&)> report;

 private:
  struct Entry {
    std::string caller;
    std::optional<uint64_t> bytes;
    PartialJournal journal;
    std::optional<StoredUpload> result;
    uint64_t ended = 0;  // result: its place in the order of results
    int64_t used_s = 0;
    uint64_t holder = 0;  // a stream; 0: nobody
    bool abandoned = false;
    JournalTail tail;  // that its holder leaves
  };
  using Entries = std::unordered_map<std::string, Entry>;

  PartialUploads(Store& store, Options options);
  Status read_directory();
  int64_t now() const;
  std::string terms() const;
  Entry* held_by(uint64_t stream, std::string* token = nullptr);
  void give_back(uint64_t stream);
  void forget_oldest_result(const std::string& caller);
  void remove_entry(Entries::iterator at);
  void make(uint64_t stream, const std::string& token, JournalHead head);
  void load(uint64_t stream, const std::string& token);
  void tell_failure(uint64_t stream, const Error& error);
  void later(std::function<void()> work);
  void prune();
  void work();

  Store* store_;
  const Options options_;
  JournalSite site_;
  Told told_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Entries entries_;  // by token; one that is held stays
  std::unordered_map<uint64_t, std::string> held_;
  std::deque<std::function<void()>> work_;
  uint64_t ended_ = 0;         // results so far
  std::vector<Error> unread_;  // journals, when it was opened
  bool finishing_ = false;
  std::thread thread_;
};

}  // namespace penstock
