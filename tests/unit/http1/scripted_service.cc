// SPDX-License-Identifier: Apache-2.0
#include "scripted_service.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>

#include "base/crc32c.h"

namespace penstock {
namespace {

uint64_t number_behind(const std::string& text, std::string_view prefix) {
  const size_t at = text.find(prefix);
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + prefix.size(), nullptr, 10);
}

class ScriptedExchange : public HttpExchange {
 public:
  ScriptedExchange(ScriptedService& service, const HttpRequest& request, const HttpPeer& peer, uint64_t id)
      : service_(&service), request_(request), id_(id), step_(number_behind(request.query, "step=")) {
    ++service.record().begun;
    begin(peer);
  }
  ~ScriptedExchange() override { ++service_->record().destroyed; }

  size_t take_body(Bytes bytes) override {
    const size_t taken = step_ == 0 ? bytes.size() : std::min<size_t>(bytes.size(), step_);
    crc_ = crc32c(bytes.first(taken), crc_);
    taken_ += taken;
    service_->record().bytes_taken += taken;
    if (is("/cap/") && taken_ >= number_behind(request_.path, "/cap/")) refuse(413);
    if (taken < bytes.size()) service_->later(id_);
    return taken;
  }

  void end_body() override {
    ++service_->record().bodies_ended;
    if (is("/sink")) answer(std::to_string(taken_) + " " + std::to_string(crc_) + "\n");
    if (is("/cap/") && !known_) answer("small enough\n");
  }

  const HttpResponse* response() const override {
    if (is("/until-released")) {
      if (!service_->record().released) {
        service_->later(id_);
        return nullptr;
      }
      return &response_;
    }
    return known_ ? &response_ : nullptr;
  }

  BodyRead read_body(MutableBytes into) override {
    if (step_ != 0 && !woken_) {
      woken_ = true;
      service_->later(id_);
      return {0, BodyRead::State::wait};
    }
    woken_ = false;
    size_t count = static_cast<size_t>(std::min<uint64_t>(into.size(), given_max_ - given_));
    if (step_ != 0) count = std::min<size_t>(count, step_);
    for (size_t i = 0; i < count; ++i)
      into[i] = text_.empty() ? scripted_byte(given_ + i) : static_cast<uint8_t>(text_[given_ + i]);
    given_ += count;
    if (given_ < given_max_) return {count, BodyRead::State::more};
    if (is("/fail/")) return {count, count == 0 ? BodyRead::State::failed : BodyRead::State::more};
    return {count, BodyRead::State::end};
  }

  bool refuses_body() const override { return refuses_; }

 private:
  bool is(std::string_view prefix) const { return request_.path.starts_with(prefix); }

  void answer(std::string text) {
    text_ = std::move(text);
    given_max_ = text_.size();
    response_.content_bytes = text_.size();
    response_.fields.push_back({"content-type", "text/plain"});
    known_ = true;
  }

  void refuse(unsigned status) {
    if (known_) return;
    response_.status = status;
    refuses_ = true;
    answer("refused\n");
  }

  void begin(const HttpPeer& peer) {
    if (is("/head")) {
      std::string text =
          request_.method + "\n" + request_.path + "\n" + request_.query + "\n" + request_.authority + "\n";
      for (const HttpField& field : request_.fields) text += field.name + ": " + field.value + "\n";
      answer(text + "peer " + peer.address + " " + (peer.loopback ? "loopback" : "remote") + " " +
             (peer.encrypted ? "tls" : "plain") + " <" + peer.certificate + ">\n");
    } else if (is("/bytes/") || is("/fail/")) {
      given_max_ = number_behind(request_.path, is("/fail/") ? "/fail/" : "/bytes/");
      if (request_.query.find("unknown") == std::string::npos)
        response_.content_bytes = given_max_ + (is("/fail/") ? 1000 : 0);
      known_ = true;
    } else if (is("/status/")) {
      response_.status = static_cast<unsigned>(number_behind(request_.path, "/status/"));
      if (request_.query.find("unknown") == std::string::npos) response_.content_bytes = 0;
      known_ = true;
    } else if (is("/refuse")) {
      refuse(403);
    } else if (is("/until-released")) {
      response_.status = 204;
    } else if (is("/broken")) {
      response_.fields.push_back({"x-broken", "two\nlines"});
      known_ = true;
    } else if (!is("/sink") && !is("/cap/") && !is("/hang")) {
      response_.status = 404;
      answer("not found\n");
    }
  }

  ScriptedService* service_;
  HttpRequest request_;
  uint64_t id_;
  uint64_t step_;
  HttpResponse response_{};
  bool known_ = false;
  bool refuses_ = false;
  bool woken_ = false;
  uint32_t crc_ = 0;
  uint64_t taken_ = 0;
  std::string text_;
  uint64_t given_ = 0;
  uint64_t given_max_ = 0;
};

}  // namespace

ScriptedService::ScriptedService(std::function<void()> wake, ScriptedRecord& record)
    : wake_(std::move(wake)), record_(&record), thread_([this] { hand_over(); }) {}

ScriptedService::~ScriptedService() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

std::unique_ptr<HttpExchange> ScriptedService::begin(const HttpRequest& request, const HttpPeer& peer,
                                                     uint64_t id) {
  return std::make_unique<ScriptedExchange>(*this, request, peer, id);
}

void ScriptedService::poll(std::vector<uint64_t>& ready) {
  const std::lock_guard lock(mutex_);
  ready.insert(ready.end(), ready_.begin(), ready_.end());
  ready_.clear();
}

void ScriptedService::later(uint64_t id) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(id);
  }
  changed_.notify_one();
}

void ScriptedService::hand_over() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_) return;
    ready_.insert(ready_.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
    lock.unlock();
    wake_();
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    lock.lock();
  }
}

std::string scripted_bytes(size_t count) {
  std::string text(count, '\0');
  for (size_t i = 0; i < count; ++i) text[i] = static_cast<char>(scripted_byte(i));
  return text;
}

std::string sink_answer(std::string_view body) {
  return std::to_string(body.size()) + " " + std::to_string(crc32c(as_bytes(body), 0)) + "\n";
}

}  // namespace penstock
