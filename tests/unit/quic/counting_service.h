// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/http_service.h"

namespace penstock {

// The bytes that bodies in these tests consist of: byte `offset` of every one of them.
inline uint8_t pattern_byte(uint64_t offset) {
  return static_cast<uint8_t>(offset * 131 + (offset >> 12));
}
// `bytes` from any offset below 1 MiB on, without making them.
Bytes pattern(uint64_t offset, size_t bytes);
constexpr uint64_t kPatternPeriod = uint64_t{1} << 20;

// What the tests see of all services of a server.
struct ServiceLog {
  std::atomic<size_t> begun{0};
  std::atomic<size_t> under_way{0};
  std::atomic<size_t> ended{0};  // whose body came to its end
  std::atomic<size_t> bytes_taken{0};
  std::atomic<bool> drained{false};
  std::atomic<size_t> drains{0};               // services that were told to
  std::atomic<bool> ended_behind_poll{false};  // a body, and there was no poll since
  std::mutex mutex;
  std::vector<HttpPeer> peers;
  std::vector<HttpRequest> requests;
};

// A service for tests. By path:
//   /put         takes the body, answers 201 with "BYTES right" or "BYTES wrong" (does it have the pattern?)
//   /slow        the same, but takes little at a time, and nothing for many turns
//   /echo        gives the body back while it comes
//   /bytes?N     a body of N bytes of the pattern
//   /open?N      the same, its length not told, and a wait before every piece
//   /fail?N      fails after N bytes
//   /busy        answers 503
//   /refuse      answers 413 and wants no body
//   /never       takes the body and never answers
//   /hold?N      takes N bytes, and then nothing, ever
class CountingService : public HttpService {
 public:
  CountingService(ServiceLog& log, std::function<void()> wake) : log_(log), wake_(std::move(wake)) {}
  ~CountingService() override;

  std::unique_ptr<HttpExchange> begin(const HttpRequest& request, const HttpPeer& peer, uint64_t id) override;
  void poll(std::vector<uint64_t>& ready) override;
  void drain() override {
    log_.drained = true;
    ++log_.drains;
  }

  // Of its exchanges: names them in a later poll.
  void again(uint64_t id);
  ServiceLog& log() { return log_; }

 private:
  ServiceLog& log_;
  std::function<void()> wake_;
  std::vector<uint64_t> again_;
};

}  // namespace penstock
