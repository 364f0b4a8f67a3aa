// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "http/http_service.h"

namespace penstock {

// What a LyingService does, and has seen. Any threads.
struct LyingScript {
  enum class Mode : uint8_t {
    answer,    // takes the body, then answers
    at_once,   // answers before the body has come
    take_half  // takes 100,000 bytes, then nothing more, and never answers
  };

  std::string terms = R"({"chunker":"cdc:16K:64K:256K","profile":"default"})";
  unsigned terms_status = 200;
  std::string have;  // to each question about chunks
  unsigned have_status = 200;
  unsigned refuses_pieces = 0;  // bodies of pieces, with this status
  std::atomic<unsigned> questions{0};
  std::atomic<unsigned> uploads_of_pieces{0};
  Mode mode = Mode::answer;
  unsigned status = 201;
  std::string body;
  std::atomic<unsigned> uploads{0};
  unsigned busy = 0;  // so many uploads are answered with 503 first
};

// A server that answers as the test says, whatever it got.
class LyingService final : public HttpService {
 public:
  explicit LyingService(LyingScript& script) : script_(script) {}

  std::unique_ptr<HttpExchange> begin(const HttpRequest& request, const HttpPeer& peer, uint64_t id) override;
  void poll(std::vector<uint64_t>& /*ready*/) override {}
  void drain() override {}

 private:
  LyingScript& script_;
};

}  // namespace penstock
