// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/http_service.h"

namespace penstock {

// What the tests and a service have in common; outlives it.
struct ScriptedRecord {
  std::atomic<uint64_t> begun{0};
  std::atomic<uint64_t> destroyed{0};
  std::atomic<uint64_t> bodies_ended{0};
  std::atomic<uint64_t> bytes_taken{0};
  std::atomic<bool> drained{false};
  std::atomic<bool> released{false};  // answers to /until-released are given
};

// Answers by its path what a test wants to see:
//   /head                   the request as it arrived, as text
//   /bytes/N                N bytes of scripted_byte(); ?unknown: without a length; ?step=K: K at a time
//   /sink                   the length and CRC-32C of the request's body; ?step=K: takes K at a time
//   /refuse                 403 at once, whatever the body
//   /cap/N                  413 once N bytes of the body have come
//   /fail/N                 N bytes of more, then the body fails; ?unknown
//   /status/N               an empty answer
//   /hang                   nothing ever
//   /until-released         204 once ScriptedRecord::released
//   /broken                 an answer that cannot be sent
// and 404 to everything else.
// What takes or gives in steps waits for another thread between two of them.
class ScriptedService : public HttpService {
 public:
  ScriptedService(std::function<void()> wake, ScriptedRecord& record);
  ~ScriptedService() override;

  std::unique_ptr<HttpExchange> begin(const HttpRequest& request, const HttpPeer& peer, uint64_t id) override;
  void poll(std::vector<uint64_t>& ready) override;
  void drain() override { record_->drained = true; }

  // The exchange can go on in a while.
  void later(uint64_t id);
  ScriptedRecord& record() { return *record_; }

 private:
  void hand_over();

  std::function<void()> wake_;
  ScriptedRecord* record_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<uint64_t> waiting_;
  std::vector<uint64_t> ready_;
  bool ending_ = false;
  std::thread thread_;  // last
};

inline uint8_t scripted_byte(uint64_t position) {
  return static_cast<uint8_t>(position * 131 + (position >> 8) * 7 + (position >> 16));
}
std::string scripted_bytes(size_t count);
// What /sink answers to this body.
std::string sink_answer(std::string_view body);

}  // namespace penstock
