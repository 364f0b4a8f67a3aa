// SPDX-License-Identifier: Apache-2.0
#include "intake/intake.h"

#include <utility>

#include "base/check.h"
#include "pipeline/cross_check.h"
#include "pipeline/memory_plan.h"

namespace penstock {
namespace {

// Outlines that may wait for their turn, a batch.
constexpr size_t kOutlinesPerBatch = 8;
// Batches that a lane keeps with a device that works beside it.
constexpr unsigned kBatchesWithDevice = 4;
// Batches that wait for a lane, each.
constexpr size_t kQueuedPerLane = 2;

}  // namespace

Intake::Intake(Store& store, Dispatcher& dispatcher, IntakeOptions options)
    : store_(&store),
      dispatcher_(&dispatcher),
      options_(std::move(options)),
      pools_(dispatcher.stranded()),
      sink_(store) {}

Result<std::unique_ptr<Intake>> Intake::create(Store& store, Dispatcher& dispatcher, IntakeOptions options) {
  std::unique_ptr<Intake> intake(new Intake(store, dispatcher, std::move(options)));
  PENSTOCK_TRY(intake->prepare());
  return intake;
}

Status Intake::prepare() {
  const PutOptions& put = options_.put;
  const unsigned batches = dispatcher_->capabilities().is_cpu ? 1 : kBatchesWithDevice;
  PENSTOCK_TRY_ASSIGN(plan_, plan_memory(put.threads, batches, put.codec,
                                         CrossCheck::possible(*dispatcher_, put.verify), *dispatcher_));
  const size_t queued = kQueuedPerLane * plan_.lanes;
  plan_.input_buffers += queued + options_.workers_max;
  PENSTOCK_TRY(pools_.create(plan_, *dispatcher_));
  dispatcher_->stranded().provide(plan_.jobs_lost);

  if (options_.partials) {
    options_.partials->chunker = put.chunker;
    options_.partials->layout = put.layout;
    PENSTOCK_TRY_ASSIGN(partials_, PartialUploads::open(*store_, *options_.partials));
    partials_->report = options_.report;
  }
  queue_ = std::make_unique<ArrivalQueue>(queued);
  packer_ = std::make_unique<BlockPacker>(sink_, *pools_.frames, put.codec, put.verify);
  leaf_reader_ = store_->new_reader();
  assembler_ = std::make_unique<UploadAssembler>(
      *packer_, put.layout, put.chunker.zero_leaf_bytes(),
      UploadAssembler::Links{[this](const Leaf& leaf) { return has_leaf(leaf); },
                             [this](FinishedUpload upload) { committer_->add(std::move(upload)); },
                             [this](uint64_t stream, Error error) {
                               deliver(UploadNews::Ended{stream, Failure(std::move(error))});
                             },
                             [this](UploadAssembler::Urgency urgency) { committer_->want_point(urgency); }});
  order_ =
      std::make_unique<StreamOrder>(*assembler_, kOutlinesPerBatch * plan_.lanes * plan_.batches_per_lane);
  course_.reset(new PutCourse{*queue_, *order_, sink_, options_.put, *dispatcher_});
  committer_ = std::make_unique<GroupCommitter>(
      GroupCommitter::Parts{*store_, *queue_, *packer_, *course_, *assembler_, partials_.get(), options_.host,
                            [this](UploadNews::Ended ended) { deliver(std::move(ended)); },
                            [this](UploadNews::Suspended suspended) { deliver(std::move(suspended)); },
                            [this](const Error& error) { fail(error); }});
  for (unsigned i = 0; i < plan_.lanes; ++i) {
    PENSTOCK_TRY_ASSIGN(auto queue_pair, dispatcher_->open_queue_pair(plan_.batches_per_lane));
    lanes_.push_back(
        std::make_unique<PutLane>(*course_, std::move(queue_pair), *pools_.frames, plan_.batches_per_lane));
  }
  return {};
}

std::unique_ptr<UploadFeed> Intake::open_feed(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  PENSTOCK_CHECK(feeds_.size() < options_.workers_max);
  const auto number = static_cast<uint16_t>(feeds_.size());
  queue_->add_worker(number, wake);
  tallies_.push_back(std::make_unique<FeedTally>());
  auto feed = std::make_unique<UploadFeed>(
      number, UploadFeed::Parts{*queue_, *pools_.inputs, *assembler_, partials_.get(), tallies_.back().get()},
      options_.put.chunker, options_.limits, std::move(wake), [this, number] { close_feed(number); });
  if (error_) feed->fail_all(*error_);
  feeds_.push_back(feed.get());
  return feed;
}

void Intake::close_feed(uint16_t number) {
  queue_->remove_worker(number);
  const std::lock_guard lock(mutex_);
  feeds_[number] = nullptr;
}

void Intake::run() {
  PENSTOCK_CHECK(threads_.empty());
  committer_->start();
  if (partials_)
    partials_->run({[this](LoadedUpload loaded) { deliver(std::move(loaded)); },
                    [this](uint64_t stream) { deliver_wanted(stream); }});
  for (const auto& lane : lanes_) {
    threads_.emplace_back([this, lane = lane.get()] {
      if (const Status status = lane->run(); !status) fail(status.error());
    });
  }
}

void Intake::finish() {
  queue_->end();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  // What has been cut of uploads that had not ended: sent again as pieces, or in parts, it is there.
  committer_->want_point(UploadAssembler::Urgency::most);
  committer_->finish();
  if (partials_) partials_->finish();
}

Intake::~Intake() {
  if (committer_ != nullptr) finish();
}

void Intake::fail(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = error;
  queue_->stop();
  for (UploadFeed* feed : feeds_) {
    if (feed != nullptr) feed->fail_all(*error_);
  }
}

void Intake::deliver(UploadNews::Ended ended) {
  const std::lock_guard lock(mutex_);
  if (UploadFeed* const feed = feed_of(ended.id)) feed->deliver(std::move(ended));
}

void Intake::deliver(UploadNews::Suspended suspended) {
  const std::lock_guard lock(mutex_);
  if (UploadFeed* const feed = feed_of(suspended.id)) feed->deliver(std::move(suspended));
}

void Intake::deliver(LoadedUpload loaded) {
  const std::lock_guard lock(mutex_);
  if (UploadFeed* const feed = feed_of(loaded.stream))
    feed->deliver(std::move(loaded));
  else
    partials_->release(loaded.stream);
}

void Intake::deliver_wanted(uint64_t stream) {
  const std::lock_guard lock(mutex_);
  if (UploadFeed* const feed = feed_of(stream)) feed->deliver_wanted(stream);
}

// With the mutex held. Null: it has been closed.
UploadFeed* Intake::feed_of(uint64_t upload) const {
  return feeds_[UploadFeed::feed_of(upload)];
}

// A copy in quarantine does not count: sent again, the block heals. Nor does one whose record is damaged.
Result<bool> Intake::has_leaf(const Leaf& leaf) {
  PENSTOCK_TRY_ASSIGN(const std::optional<Placement> placement, store_->find(leaf.digest));
  if (!placement) return false;
  const Result<uint32_t> bytes = leaf_reader_->block_bytes(leaf.digest);
  if (bytes) return *bytes == leaf.bytes;
  if (bytes.error().code == Errc::failed) return Failure(bytes.error());
  return false;
}

std::optional<Error> Intake::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

IntakeCounters Intake::counters() const {
  IntakeCounters sums;
  sums.commits = committer_->commits();
  sums.groups = committer_->groups();
  for (const auto& lane : lanes_) sums.lanes += lane->figures();
  const std::lock_guard lock(mutex_);
  const auto add = [](uint64_t& to, const std::atomic<uint64_t>& more) {
    to += more.load(std::memory_order_relaxed);
  };
  for (const auto& tally : tallies_) {
    add(sums.bytes_taken, tally->bytes_taken);
    add(sums.bytes_windowed, tally->bytes_windowed);
    add(sums.bytes_shifted, tally->bytes_shifted);
    add(sums.bytes_placed, tally->bytes_placed);
    add(sums.bytes_zero, tally->bytes_zero);
    add(sums.bytes_known, tally->bytes_known);
  }
  return sums;
}

}  // namespace penstock
