// SPDX-License-Identifier: Apache-2.0
#include "unit/quic/counting_service.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <optional>
#include <utility>

namespace penstock {
namespace {

class Exchange : public HttpExchange {
 public:
  Exchange(CountingService& service, uint64_t id) : service_(service), id_(id) { ++service_.log().under_way; }
  ~Exchange() override { --service_.log().under_way; }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  size_t take_body(Bytes bytes) override {
    service_.log().bytes_taken += bytes.size();
    return bytes.size();
  }
  void end_body() override {
    ++service_.log().ended;
    service_.log().ended_behind_poll = true;
  }
  const HttpResponse* response() const override { return response_ ? &*response_ : nullptr; }
  BodyRead read_body(MutableBytes into) override {
    const size_t bytes = std::min(into.size(), text_.size() - told_);
    std::memcpy(into.data(), text_.data() + told_, bytes);
    told_ += bytes;
    return {bytes, told_ == text_.size() ? BodyRead::State::end : BodyRead::State::more};
  }

 protected:
  void answer(unsigned status, std::string text) {
    text_ = std::move(text);
    response_ = HttpResponse{status, {{"content-type", "text/plain"}}, text_.size()};
    response_->for_want_of_place = status == 503;
  }
  void answer_open(unsigned status, std::optional<uint64_t> bytes) {
    response_ = HttpResponse{status, {}, bytes};
  }
  CountingService& service() { return service_; }
  uint64_t id() const { return id_; }

 private:
  CountingService& service_;
  const uint64_t id_;
  std::optional<HttpResponse> response_;
  std::string text_;
  size_t told_ = 0;
};

class Put : public Exchange {
 public:
  Put(CountingService& service, uint64_t id, bool slow) : Exchange(service, id), slow_(slow) {}

  size_t take_body(Bytes bytes) override {
    if (slow_) {
      constexpr size_t kTurnsWithout = 3;
      constexpr size_t kLittle = 100'000;
      this->service().again(id());
      if (++turns_ % kTurnsWithout != 0) return 0;
      bytes = bytes.first(std::min(bytes.size(), kLittle));
    }
    for (size_t at = 0; at < bytes.size();) {
      const Bytes wanted =
          pattern((bytes_ + at) % kPatternPeriod, std::min(bytes.size() - at, size_t{65536}));
      right_ = right_ && std::memcmp(wanted.data(), bytes.data() + at, wanted.size()) == 0;
      at += wanted.size();
    }
    bytes_ += bytes.size();
    return Exchange::take_body(bytes);
  }
  void end_body() override {
    Exchange::end_body();
    answer(201, std::to_string(bytes_) + (right_ ? " right" : " wrong"));
  }

 private:
  const bool slow_;
  size_t turns_ = 0;
  uint64_t bytes_ = 0;
  bool right_ = true;
};

class Echo : public Exchange {
 public:
  Echo(CountingService& service, uint64_t id) : Exchange(service, id) { answer_open(200, std::nullopt); }

  size_t take_body(Bytes bytes) override {
    constexpr size_t kKept = 50'000;
    const size_t taken = std::min(bytes.size(), kKept - std::min(kept_.size(), kKept));
    kept_.insert(kept_.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(taken));
    if (waits_ && taken != 0) service().again(id());
    return taken;
  }
  void end_body() override {
    ended_ = true;
    service().again(id());
  }
  BodyRead read_body(MutableBytes into) override {
    const size_t bytes = std::min(into.size(), kept_.size());
    std::copy_n(kept_.begin(), bytes, into.begin());
    kept_.erase(kept_.begin(), kept_.begin() + static_cast<ptrdiff_t>(bytes));
    if (bytes != 0) service().again(id());  // there is room again
    waits_ = bytes == 0;
    if (kept_.empty() && ended_) return {bytes, BodyRead::State::end};
    return {bytes, bytes == 0 ? BodyRead::State::wait : BodyRead::State::more};
  }

 private:
  std::deque<uint8_t> kept_;
  bool ended_ = false;
  bool waits_ = true;
};

class Give : public Exchange {
 public:
  enum class Manner : uint8_t { at_once, with_waits, fails };
  Give(CountingService& service, uint64_t id, uint64_t bytes, Manner manner)
      : Exchange(service, id), bytes_(bytes), manner_(manner) {
    if (manner == Manner::at_once)
      answer_open(200, bytes);
    else
      answer_open(200, std::nullopt);
  }

  BodyRead read_body(MutableBytes into) override {
    if (manner_ == Manner::with_waits && ++turns_ % 2 == 1) {
      service().again(id());
      return {0, BodyRead::State::wait};
    }
    const size_t bytes = static_cast<size_t>(std::min<uint64_t>(into.size(), bytes_ - given_));
    const Bytes from = pattern(given_ % kPatternPeriod, bytes);
    std::memcpy(into.data(), from.data(), bytes);
    given_ += bytes;
    if (given_ != bytes_) return {bytes, BodyRead::State::more};
    if (manner_ == Manner::fails)
      return {bytes, bytes == 0 ? BodyRead::State::failed : BodyRead::State::more};
    return {bytes, BodyRead::State::end};
  }

 private:
  const uint64_t bytes_;
  const Manner manner_;
  uint64_t given_ = 0;
  size_t turns_ = 0;
};

class Busy : public Exchange {
 public:
  Busy(CountingService& service, uint64_t id) : Exchange(service, id) { answer(503, "busy"); }
};

class Refuse : public Exchange {
 public:
  Refuse(CountingService& service, uint64_t id) : Exchange(service, id) { answer(413, "too large"); }
  bool refuses_body() const override { return true; }
};

class Hold : public Exchange {
 public:
  Hold(CountingService& service, uint64_t id, uint64_t bytes) : Exchange(service, id), left_(bytes) {}
  size_t take_body(Bytes bytes) override {
    const size_t taken = static_cast<size_t>(std::min<uint64_t>(bytes.size(), left_));
    left_ -= taken;
    return taken;
  }

 private:
  uint64_t left_;
};

}  // namespace

Bytes pattern(uint64_t offset, size_t bytes) {
  static const std::vector<uint8_t> twice = [] {
    std::vector<uint8_t> made(2 * kPatternPeriod);
    for (uint64_t i = 0; i < made.size(); ++i) made[i] = pattern_byte(i % kPatternPeriod);
    return made;
  }();
  return Bytes(twice).subspan(offset, bytes);
}

CountingService::~CountingService() = default;

std::unique_ptr<HttpExchange> CountingService::begin(const HttpRequest& request, const HttpPeer& peer,
                                                     uint64_t id) {
  ++log_.begun;
  {
    const std::lock_guard lock(log_.mutex);
    log_.peers.push_back(peer);
    log_.requests.push_back(request);
  }
  const std::string& path = request.path;
  const uint64_t number = std::strtoull(request.query.c_str(), nullptr, 10);
  if (path == "/slow") return std::make_unique<Put>(*this, id, true);
  if (path == "/echo") return std::make_unique<Echo>(*this, id);
  if (path == "/bytes") return std::make_unique<Give>(*this, id, number, Give::Manner::at_once);
  if (path == "/open") return std::make_unique<Give>(*this, id, number, Give::Manner::with_waits);
  if (path == "/fail") return std::make_unique<Give>(*this, id, number, Give::Manner::fails);
  if (path == "/busy") return std::make_unique<Busy>(*this, id);
  if (path == "/refuse") return std::make_unique<Refuse>(*this, id);
  if (path == "/never") return std::make_unique<Exchange>(*this, id);
  if (path == "/hold") return std::make_unique<Hold>(*this, id, number);
  auto put = std::make_unique<Put>(*this, id, false);
  return put;
}

void CountingService::again(uint64_t id) {
  again_.push_back(id);
  wake_();
}

void CountingService::poll(std::vector<uint64_t>& ready) {
  ready.insert(ready.end(), again_.begin(), again_.end());
  again_.clear();
  log_.ended_behind_poll = false;
}

}  // namespace penstock
