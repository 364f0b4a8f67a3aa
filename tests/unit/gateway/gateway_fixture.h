// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/software/software_device.h"
#include "gateway/access_token.h"
#include "gateway/gateway_service.h"
#include "pipeline/block_packer.h"
#include "pipeline/put.h"
#include "store/memory_index.h"
#include "unit/gateway/fake_upload_door.h"
#include "unit/pipeline/scripted_entries.h"
#include "unit/store/temporary_directory.h"

namespace penstock {

// An answer as a transport would have sent it.
struct Answered {
  unsigned status = 0;
  std::map<std::string, std::string> fields;
  std::optional<uint64_t> content_bytes;
  std::string body;
  bool broken = false;  // the body could not be completed

  std::string field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  }
  nlohmann::json json() const { return nlohmann::json::parse(body); }
};

// One worker's service over a small store, with a reader pool, an access file and a door that is a fake.
class GatewayFixture : public testing::Test {
 protected:
  void SetUp() override {
    StoreOptions options;
    options.index_factory = MemoryIndex::factory();
    ASSERT_TRUE(Store::init(posix_file_system(), store_path(), {}));
    auto store = Store::open(posix_file_system(), store_path(), Access::write, options);
    ASSERT_TRUE(store) << store.error().message();
    store_ = std::move(*store);
    add_token("reader", {.read = true});
    add_token("appender", {.append = true});
    add_token("operator", {.admin = true});
    add_token("everything", {.append = true, .read = true, .admin = true});
    access_ = AccessFile::open(access_path(), {}).value();
    readers_ = std::make_unique<ReaderPool>(*store_, 2);
    options_.version = "1.2.3";
    options_.report = [this](const Error& error) {
      const std::lock_guard lock(mutex_);
      reported_.push_back(error.message());
    };
    start();
  }
  void TearDown() override {
    service_.reset();
    readers_.reset();
    store_.reset();
  }

  // The service anew, with options_ as they are.
  void start() {
    auto door = std::make_unique<FakeUploadDoor>();
    door_ = door.get();
    parts_ = {store_.get(), readers_.get(), access_.get(), &counters_, parts_.metrics, parts_.partials};
    service_.reset();
    service_ = std::make_unique<GatewayService>(options_, parts_, std::move(door), [this] {
      const std::lock_guard lock(mutex_);
      woken_ = true;
      changed_.notify_all();
    });
  }

  std::string store_path() const { return directory_.path() + "/store"; }
  std::string access_path() const { return directory_.path() + "/access.json"; }
  void add_token(const std::string& name, const Rights& rights, std::optional<int64_t> expires = {}) {
    auto token = add_token_to_file(access_path(), name, rights, expires);
    ASSERT_TRUE(token) << token.error().message();
    tokens_[name] = *token;
  }

  static HttpRequest request(std::string method, const std::string& target) {
    HttpRequest request;
    request.method = std::move(method);
    const size_t query = target.find('?');
    request.path = target.substr(0, query);
    if (query != std::string::npos) request.query = target.substr(query + 1);
    return request;
  }
  HttpRequest authorized(std::string method, const std::string& target,
                         const std::string& who = "everything") {
    HttpRequest asked = request(std::move(method), target);
    if (!who.empty()) asked.fields.push_back({"authorization", "Bearer " + tokens_.at(who)});
    return asked;
  }

  // Waits until poll() names the exchange.
  void wait_for(uint64_t id) {
    std::vector<uint64_t> ready;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < deadline) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::milliseconds(100), [this] { return woken_; });
        woken_ = false;
      }
      ready.clear();
      service_->poll(ready);
      if (std::ranges::find(ready, id) != ready.end()) return;
    }
    FAIL() << "the exchange was never named";
  }

  // All of the answer, read `part` bytes at a time.
  Answered finish(HttpExchange& exchange, uint64_t id, bool head = false, size_t part = 64 * 1024) {
    while (exchange.response() == nullptr && !HasFailure()) wait_for(id);
    Answered answered;
    if (exchange.response() == nullptr) return answered;
    const HttpResponse& response = *exchange.response();
    answered.status = response.status;
    answered.content_bytes = response.content_bytes;
    for (const HttpField& field : response.fields) {
      EXPECT_FALSE(answered.fields.contains(field.name)) << field.name << " stands there twice";
      EXPECT_EQ(field.value.find_first_of("\r\n"), std::string::npos) << field.value;
      answered.fields[field.name] = field.value;
    }
    std::vector<uint8_t> buffer(part);
    while (!head && !HasFailure()) {
      const BodyRead read = exchange.read_body(buffer);
      answered.body += as_text(Bytes(buffer).first(read.bytes));
      if (read.state == BodyRead::State::wait) wait_for(id);
      if (read.state == BodyRead::State::failed) answered.broken = true;
      if (read.state == BodyRead::State::end || read.state == BodyRead::State::failed) break;
    }
    if (!head && !answered.broken && answered.content_bytes) {
      EXPECT_EQ(answered.body.size(), *answered.content_bytes);
    }
    return answered;
  }
  Answered ask(const HttpRequest& asked, const HttpPeer& peer = {}) {
    const uint64_t id = ++last_id_;
    const auto exchange = service_->begin(asked, peer, id);
    return finish(*exchange, id, asked.method == "HEAD");
  }
  Answered get(const std::string& target, std::vector<HttpField> fields = {}) {
    HttpRequest asked = authorized("GET", target);
    asked.fields.insert(asked.fields.end(), fields.begin(), fields.end());
    return ask(asked);
  }

  Cid put(ScriptedEntries& entries) {
    const auto device = make_software_device({});
    StoreFrameSink sink(*store_);
    PutOptions options;
    options.codec = {CodecId::lz4, 1};
    options.threads = 1;
    const auto report = put_entries(entries, *device, sink, options);
    EXPECT_TRUE(report) << report.error().message();
    return report->root.cid;
  }
  Cid put_file(const std::vector<uint8_t>& bytes) {
    ScriptedEntries entries;
    entries.file("file", ScriptedContent::of(bytes));
    return put(entries);
  }
  static std::vector<uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }
  static std::string text_of(const std::vector<uint8_t>& bytes) { return std::string(as_text(bytes)); }

  // Puts what `build` makes with a sink.
  template <class Build>
  Cid put_blocks(Build build) {
    auto buffers = BufferPool::create("test", kFrameBytesMax, BlockPacker::kBuffers);
    StoreFrameSink frames(*store_);
    BlockPacker packer(frames, **buffers, {CodecId::lz4, 1}, {});
    const Cid cid = build(packer);
    EXPECT_TRUE(packer.flush());
    return cid;
  }

  TemporaryDirectory directory_;
  std::map<std::string, std::string> tokens_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<AccessFile> access_;
  std::unique_ptr<ReaderPool> readers_;
  GatewayCounters counters_;
  GatewayOptions options_;
  GatewayParts parts_;
  FakeUploadDoor* door_ = nullptr;
  std::unique_ptr<GatewayService> service_;
  uint64_t last_id_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  std::vector<std::string> reported_;
};

}  // namespace penstock
