// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "pipeline/transfer_progress.h"
#include "port/packet_port.h"
#include "quic/quic_client.h"
#include "sender/sent_object.h"
#include "sender/server_url.h"

namespace penstock {

// Opens a port of one queue that speaks with `server`.
using PortMaker = std::function<Result<std::unique_ptr<PacketPort>>(const NetAddress& server)>;

struct SenderOptions {
  // A server takes 128 streams of one connection; the rest is for questions.
  static constexpr size_t kParallelMax = 96;

  ServerUrl server;
  QuicClientOptions quic;
  PortMaker open_port;
  std::string token;                           // empty: none is shown
  size_t parallel = 16;                        // uploads at once
  unsigned retries = 5;                        // of one object, and of a connection that was lost
  std::chrono::milliseconds pause_first{250};  // before a retry; doubled for each that follows
  std::chrono::milliseconds pause_max{8'000};
  // How long a request may go without its bytes being taken, or an answer; 0: for ever. It is tried again.
  std::chrono::milliseconds quiet_max{120'000};
  // Files of as much are sent so that they can be gone on with, where the server takes that.
  uint64_t parts_from_bytes = 16 << 20;
  bool resume = true;
  std::string kept_places{};  // a directory: where an upload is gone on with by a later run; empty: nowhere
  // Calls the reader back from where it waits; called once all is over, whatever came of it. May be empty.
  std::function<void()> interrupt;
  TransferProgress* progress = nullptr;  // counts content that the server's end has acknowledged
  const std::atomic<bool>* stop = nullptr;
  // Both in the thread that sends.
  std::function<void(const Error&)> report;  // of what is left out or refused
  std::function<void(const SentObject&)> sent;
};

}  // namespace penstock
