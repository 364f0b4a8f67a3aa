// SPDX-License-Identifier: Apache-2.0
#include "intake/partial_uploads.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <utility>

#include "base/check.h"
#include "dag/multibase.h"

namespace penstock {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr size_t kTokenLetters = (kTokenBytes * 8 + 4) / 5;
constexpr std::chrono::hours kPruneEach{1};

bool is_token(std::string_view text) {
  return text.size() == kTokenLetters && base32_bytes(text).has_value();
}

Result<std::string> make_token() {
  std::array<uint8_t, kTokenBytes> secret{};
  if (::getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size()))
    return fail_errno("random numbers");
  return base32_text(secret);
}

}  // namespace

PartialUploads::PartialUploads(Store& store, Options options)
    : store_(&store),
      options_(std::move(options)),
      site_{store.site().files, store.site().paths.directory + "/uploads"} {}

Result<std::unique_ptr<PartialUploads>> PartialUploads::open(Store& store, Options options) {
  std::unique_ptr<PartialUploads> uploads(new PartialUploads(store, std::move(options)));
  PENSTOCK_TRY(uploads->read_directory());
  return uploads;
}

PartialUploads::~PartialUploads() {
  finish();
}

int64_t PartialUploads::now() const {
  return options_.now ? options_.now() : int64_t{std::time(nullptr)};
}

std::string PartialUploads::terms() const {
  return chunker_text(options_.chunker) + (options_.layout == LinkLayout::balanced ? " balanced" : "");
}

Status PartialUploads::read_directory() {
  PENSTOCK_TRY(site_.files->make_directory(site_.directory));
  PENSTOCK_TRY(site_.files->sync_directory(store_->site().paths.directory));
  PENSTOCK_TRY_ASSIGN(const std::vector<std::string> names, site_.files->list(site_.directory));
  for (const std::string& name : names) {
    if (!is_token(name)) {
      const bool half_written = name.ends_with(".new") && is_token(name.substr(0, kTokenLetters));
      if (half_written) PENSTOCK_TRY(site_.files->remove(site_.journal(name)));
      continue;
    }
    JournalHead head;
    Entry entry;
    auto journal = PartialJournal::open(site_, name, head, entry.result);
    // What cannot be read now may be read the next time.
    if (!journal && journal.error().code != Errc::corrupt) {
      unread_.push_back(journal.error());
      continue;
    }
    if (!journal || head.terms != terms()) {
      PENSTOCK_TRY(PartialJournal::remove(site_, name));
      continue;
    }
    entry.journal = *journal;
    entry.caller = std::move(head.caller);
    entry.bytes = head.bytes;
    entry.used_s = now();
    entries_.emplace(name, std::move(entry));
  }
  return {};
}

void PartialUploads::run(Told told) {
  PENSTOCK_CHECK(!thread_.joinable());
  told_ = std::move(told);
  if (report) std::ranges::for_each(unread_, report);
  unread_.clear();
  thread_ = std::thread([this] { work(); });
}

void PartialUploads::finish() {
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void PartialUploads::work() {
  std::unique_lock lock(mutex_);
  auto prune_at = std::chrono::steady_clock::now();
  while (!finishing_) {
    if (std::chrono::steady_clock::now() >= prune_at) {
      prune();
      prune_at = std::chrono::steady_clock::now() + kPruneEach;
    }
    if (work_.empty()) {
      changed_.wait_until(lock, prune_at, [this] { return finishing_ || !work_.empty(); });
      continue;
    }
    const auto next = std::move(work_.front());
    work_.pop_front();
    lock.unlock();
    next();
    lock.lock();
  }
}

// With the mutex held.
void PartialUploads::later(std::function<void()> work) {
  work_.push_back(std::move(work));
  changed_.notify_one();
}

void PartialUploads::prune() {
  const int64_t oldest = now() - options_.age_s_max;
  for (auto at = entries_.begin(); at != entries_.end();) {
    const auto next = std::next(at);
    if (at->second.holder == 0 && at->second.used_s < oldest) remove_entry(at);
    at = next;
  }
}

// With the mutex held. Its files go later: whoever made them may have to wait for the disk.
void PartialUploads::remove_entry(Entries::iterator at) {
  later([this, token = at->first] {
    if (const Status removed = PartialJournal::remove(site_, token); !removed && report)
      report(removed.error());
  });
  entries_.erase(at);
}

size_t PartialUploads::count() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

PartialUploads::Verdict PartialUploads::look_up(std::string_view token, const std::string& caller,
                                                Found& found) {
  uint64_t holder = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto at = entries_.find(std::string(token));
    if (at == entries_.end() || at->second.caller != caller) return Verdict::unknown;
    Entry& entry = at->second;
    const int64_t left = entry.used_s + options_.age_s_max - now();
    if (left < 0 && entry.holder == 0) return Verdict::unknown;
    found = {entry.result ? entry.result->bytes : entry.journal.offset(), entry.bytes, entry.result, left};
    if (entry.result) return Verdict::found;
    holder = entry.holder;
  }
  if (holder == 0) return Verdict::found;
  told_.wanted(holder);
  return Verdict::busy;
}

PartialUploads::Verdict PartialUploads::remove(std::string_view token, const std::string& caller) {
  Found found;
  const Verdict verdict = look_up(token, caller, found);
  if (verdict != Verdict::found) return verdict;
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(std::string(token));
  if (at == entries_.end()) return Verdict::unknown;
  if (at->second.holder != 0) return Verdict::busy;
  remove_entry(at);
  return Verdict::found;
}

bool PartialUploads::create(uint64_t stream, const UploadStart& start) {
  auto token = make_token();
  if (!token) return false;
  JournalHead head{start.name, start.partial->caller, terms(), now(), start.partial->bytes};
  if (head.caller.size() > JournalHead::kTextBytesMax) return false;
  const std::lock_guard lock(mutex_);
  size_t open = 0;
  size_t own = 0;
  for (const auto& [token_of, entry] : entries_) {
    if (entry.result) continue;
    ++open;
    own += entry.caller == head.caller ? 1 : 0;
  }
  if (open >= options_.uploads_max || own >= options_.per_caller_max) return false;
  Entry entry;
  entry.caller = head.caller;
  entry.bytes = head.bytes;
  entry.used_s = now();
  entry.holder = stream;
  entries_.emplace(*token, std::move(entry));
  held_.emplace(stream, *token);
  later([this, stream, token = *token, head = std::move(head)] { make(stream, token, head); });
  return true;
}

bool PartialUploads::take(uint64_t stream, const PartialStart& start) {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(start.token);
  if (at == entries_.end() || at->second.caller != start.caller || at->second.holder != 0 ||
      at->second.result)
    return false;
  at->second.holder = stream;
  at->second.journal.take_again();
  held_.emplace(stream, start.token);
  later([this, stream, token = start.token] { load(stream, token); });
  return true;
}

// With the mutex held. Null: the stream has none.
PartialUploads::Entry* PartialUploads::held_by(uint64_t stream, std::string* token) {
  const auto held = held_.find(stream);
  if (held == held_.end()) return nullptr;
  if (token != nullptr) *token = held->second;
  return &entries_.find(held->second)->second;
}

// With the mutex held.
void PartialUploads::give_back(uint64_t stream) {
  const auto held = held_.find(stream);
  if (held == held_.end()) return;
  const auto at = entries_.find(held->second);
  at->second.holder = 0;
  at->second.used_s = now();
  at->second.tail = {};
  held_.erase(held);
  if (at->second.abandoned) remove_entry(at);
}

void PartialUploads::release(uint64_t stream) {
  const std::lock_guard lock(mutex_);
  give_back(stream);
}

void PartialUploads::leave_tail(uint64_t stream, uint64_t zeros, Bytes bytes) {
  const std::lock_guard lock(mutex_);
  if (Entry* const entry = held_by(stream)) entry->tail = {0, zeros, {bytes.begin(), bytes.end()}};
}

void PartialUploads::abandon(uint64_t stream) {
  const std::lock_guard lock(mutex_);
  if (Entry* const entry = held_by(stream)) entry->abandoned = true;
}

void PartialUploads::tell_failure(uint64_t stream, const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    give_back(stream);
  }
  told_.loaded({stream, {}, Failure(error)});
}

void PartialUploads::make(uint64_t stream, const std::string& token, JournalHead head) {
  auto journal = PartialJournal::create(site_, token, head);
  LoadedUpload::Content content{
      std::move(head.name),
      std::make_unique<UploadTree>(options_.layout, options_.chunker.zero_leaf_bytes()),
      {}};
  content.tree->keep_journal();
  if (!journal) {
    abandon(stream);
    return tell_failure(stream, journal.error());
  }
  {
    const std::lock_guard lock(mutex_);
    if (Entry* const entry = held_by(stream)) entry->journal = *journal;
  }
  told_.loaded({stream, token, std::move(content)});
}

void PartialUploads::load(uint64_t stream, const std::string& token) {
  PartialJournal journal;
  {
    const std::lock_guard lock(mutex_);
    const Entry* const entry = held_by(stream);
    if (entry == nullptr) return;
    journal = entry->journal;
  }
  auto content = journal.load(site_, token, *store_, options_.chunker, options_.layout);
  if (!content) {
    // Damaged beyond use: there is nothing to go on with.
    if (content.error().code == Errc::corrupt) abandon(stream);
    return tell_failure(stream, content.error());
  }
  {
    const std::lock_guard lock(mutex_);
    if (Entry* const entry = held_by(stream)) entry->journal = journal;
  }
  told_.loaded({stream, token, std::move(*content)});
}

std::optional<PartialUploads::Place> PartialUploads::write(UploadPoint point) {
  std::string token;
  PartialJournal journal;
  JournalTail tail;
  {
    const std::lock_guard lock(mutex_);
    Entry* const entry = held_by(point.stream, &token);
    if (entry == nullptr) return std::nullopt;
    journal = entry->journal;
    // It may have been left meanwhile, for the point that follows.
    if (point.suspended) tail = std::exchange(entry->tail, {});
  }
  Status written = journal.append(site_, token, point.offset, point.entries);
  if (written && point.suspended) written = journal.replace_tail(site_, token, std::move(tail));
  if (!written && report) report(written.error());
  const std::lock_guard lock(mutex_);
  held_by(point.stream)->journal = journal;
  if (!point.suspended) return std::nullopt;
  give_back(point.stream);
  return Place{std::move(token), journal.offset()};
}

void PartialUploads::write_result(uint64_t stream, const StoredUpload& result) {
  std::string token;
  PartialJournal journal;
  {
    const std::lock_guard lock(mutex_);
    const Entry* const entry = held_by(stream, &token);
    if (entry == nullptr) return;
    journal = entry->journal;
  }
  const Status written = journal.end(site_, token, result);
  if (!written && report) report(written.error());
  const std::lock_guard lock(mutex_);
  Entry* const entry = held_by(stream);
  entry->result = result;
  entry->ended = ++ended_;
  const std::string caller = entry->caller;
  give_back(stream);
  forget_oldest_result(caller);
}

// With the mutex held. Results are kept for those whose answers were lost: of each caller, the last ones.
void PartialUploads::forget_oldest_result(const std::string& caller) {
  size_t results = 0;
  auto oldest = entries_.end();
  for (auto at = entries_.begin(); at != entries_.end(); ++at) {
    if (!at->second.result || at->second.caller != caller) continue;
    ++results;
    if (oldest == entries_.end() || at->second.ended < oldest->second.ended) oldest = at;
  }
  if (results > options_.per_caller_max) remove_entry(oldest);
}

}  // namespace penstock
