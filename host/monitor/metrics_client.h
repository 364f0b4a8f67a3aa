// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"
#include "monitor/exposition.h"
#include "quic/quic_client.h"
#include "sender/sender_options.h"
#include "sender/server_url.h"

namespace penstock {

struct MetricsClientOptions {
  ServerUrl server;
  QuicClientOptions quic;
  PortMaker open_port;
  std::string token;                           // empty: none is shown
  std::chrono::milliseconds patience{10'000};  // with an answer
  const std::atomic<bool>* stop = nullptr;     // ends what is waited for; may be null
};

// Asks a server for its metrics, again and again over one connection, that is made anew where it was lost.
// One thread.
class MetricsClient {
 public:
  explicit MetricsClient(MetricsClientOptions options) : options_(std::move(options)) {}
  ~MetricsClient();
  MetricsClient(const MetricsClient&) = delete;
  MetricsClient& operator=(const MetricsClient&) = delete;

  // failed: no connection, no right (refused() is true then), no answer in time, or none that can be read.
  Result<Exposition> fetch();
  // The server's last answer was that it does not tell us: asking again is of no use.
  bool refused() const { return refused_; }
  // Keeps the connection alive, until `deadline` at most; returns when a packet came, too.
  void rest(std::chrono::steady_clock::time_point deadline);

 private:
  Status connect();
  Result<Exposition> ask();
  Failure refusal(unsigned status, const std::string& text);

  const MetricsClientOptions options_;
  std::unique_ptr<PacketPort> port_;
  std::unique_ptr<QuicClient> client_;
  bool refused_ = false;
};

}  // namespace penstock
