// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "drivers/software/software_device.h"
#include "intake/intake.h"
#include "pipeline/put.h"
#include "store/memory_index.h"
#include "store/posix_file_system.h"
#include "unit/pipeline/scripted_entries.h"
#include "unit/store/temporary_directory.h"

namespace penstock {

// A worker's thread: what it would do between two rounds of its port.
class IntakeWorker {
 public:
  explicit IntakeWorker(Intake& intake) : feed_(intake.open_feed([this] { wake(); })) {}

  UploadFeed& feed() { return *feed_; }
  std::map<uint64_t, Result<StoredUpload>>& results() { return results_; }

  // Sends all of it, as it can be taken.
  uint64_t send(const std::string& name, Bytes bytes, size_t each) {
    return send(UploadStart{name}, bytes, each);
  }
  uint64_t send(const UploadStart& start, Bytes bytes, size_t each) {
    const UploadAdmission admission = feed_->begin(start);
    EXPECT_EQ(admission.verdict, UploadAdmission::Verdict::begun);
    append(admission.id, bytes, each);
    feed_->finish(admission.id);
    return admission.id;
  }
  void append(uint64_t id, Bytes bytes, size_t each) {
    while (!bytes.empty() && !results_.contains(id) && !suspended_.contains(id)) {
      const size_t taken = feed_->append(id, bytes.first(std::min(each, bytes.size())));
      bytes = bytes.subspan(taken);
      if (taken == 0) wait();
      poll();
    }
  }
  // Once it has left the door.
  UploadNews::Suspended suspension_of(uint64_t id) {
    poll();
    while (!suspended_.contains(id) && !results_.contains(id)) {
      wait();
      poll();
    }
    EXPECT_TRUE(suspended_.contains(id)) << "it has ended";
    return suspended_[id];
  }
  const std::vector<uint64_t>& wanted() const { return wanted_; }

  Result<StoredUpload> result_of(uint64_t id) {
    poll();
    while (results_.find(id) == results_.end()) {
      wait();
      poll();
    }
    return results_.at(id);
  }

  void poll() {
    UploadNews news;
    feed_->poll(news);
    for (auto& ended : news.ended) results_.emplace(ended.id, std::move(ended.result));
    for (auto& suspended : news.suspended) suspended_.emplace(suspended.id, std::move(suspended));
    wanted_.insert(wanted_.end(), news.wanted.begin(), news.wanted.end());
  }

  void wait() {
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, std::chrono::seconds(20), [this] { return awake_; });
    awake_ = false;
  }

 private:
  void wake() {
    {
      const std::lock_guard lock(mutex_);
      awake_ = true;
    }
    woken_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable woken_;
  bool awake_ = false;
  std::map<uint64_t, Result<StoredUpload>> results_;
  std::map<uint64_t, UploadNews::Suspended> suspended_;
  std::vector<uint64_t> wanted_;
  std::unique_ptr<UploadFeed> feed_;
};

class IntakeTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Store::init(posix_file_system(), path(), {}));
    open_store();
  }

  std::string path() const { return directory_.path() + "/store"; }

  void open_store() {
    store_.reset();
    StoreOptions options;
    options.index_factory = MemoryIndex::factory();
    auto store = Store::open(posix_file_system(), path(), Access::write, options);
    ASSERT_TRUE(store) << store.error().message();
    store_ = std::move(*store);
  }

  std::unique_ptr<Intake> make_intake(size_t workers) {
    IntakeOptions options;
    options.put.threads = 2;
    options.put.codec = {CodecId::lz4, 1};
    options.put.chunker = chunker_;
    options.partials = partials_;
    options.host = "here";
    options.workers_max = workers;
    options.limits = limits_;
    auto intake = Intake::create(*store_, dispatcher_, options);
    EXPECT_TRUE(intake) << intake.error().message();
    return std::move(*intake);
  }

  // The root that a put of these bytes has.
  Cid root_of(const std::vector<uint8_t>& bytes) {
    TemporaryDirectory other;
    const std::string place = other.path() + "/store";
    EXPECT_TRUE(Store::init(posix_file_system(), place, {}));
    StoreOptions options;
    options.index_factory = MemoryIndex::factory();
    auto store = Store::open(posix_file_system(), place, Access::write, options);
    ScriptedEntries entries;
    entries.file("a", ScriptedContent::of(bytes));
    StoreFrameSink sink(**store);
    PutOptions put;
    put.threads = 1;
    put.chunker = chunker_;
    const auto report = put_entries(entries, *device_, sink, put);
    EXPECT_TRUE(report);
    return report->root.cid;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Device> device_ = make_software_device({});
  Dispatcher dispatcher_{{device_.get()}, *device_, {}};
  UploadFeed::Limits limits_;
  ChunkerSpec chunker_;
  std::optional<PartialUploads::Options> partials_;
};

}  // namespace penstock
