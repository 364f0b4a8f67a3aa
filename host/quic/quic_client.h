// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/http_message.h"
#include "port/packet_queue.h"
#include "quic/quic_request.h"
#include "quic/server_trust.h"
#include "quic/tls_identity.h"

namespace penstock {

class ClientConnection;

struct QuicClientOptions {
  ServerTrust trust{};
  const TlsIdentity* identity = nullptr;  // shown to the server where it asks; may be null
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds idle_timeout{30'000};
  const std::atomic<bool>* stop = nullptr;  // ends connect(), soon after it is set; may be null
  // Flow control of responses, and the size of their heads.
  size_t window_bytes = size_t{16} << 20;
  size_t stream_window_bytes = size_t{4} << 20;
  size_t field_section_bytes = 65536;
  size_t acknowledge_after_bytes = 65'000;  // as QuicLimits has it
};

// One connection to an HTTP/3 server, with any number of requests under way. It has no thread of its own: it
// moves when its caller is in poll(), and all calls but wake() are of that thread. The queue outlives it, and
// is its alone.
class QuicClient {
 public:
  // Returns when the handshake is done. `name`: what the server's certificate has to be for, a host name or
  // an address. failed: refused, no answer in time, or a server that is not trusted (the error has its
  // certificate's fingerprint).
  static Result<std::unique_ptr<QuicClient>> connect(PacketQueue& queue, const NetAddress& server,
                                                     const std::string& name,
                                                     const QuicClientOptions& options);
  ~QuicClient();
  QuicClient(const QuicClient&) = delete;
  QuicClient& operator=(const QuicClient&) = delete;

  // Begins a request, or has it wait for others to end if the server takes no more at once. `head`: the
  // method, path, query and fields; has_body, and content_bytes where it is known; an empty authority is the
  // server's name. The number names it in resume() and cancel(). failed: the connection is over, or drains.
  Result<uint64_t> submit(const HttpRequest& head, QuicRequest& request);
  void resume(uint64_t request);
  // It is told by finished(), before this returns.
  void cancel(uint64_t request);
  size_t under_way() const;

  // Receives, calls requests, sends; where there was nothing to do, waits until there is, wake() or
  // `deadline`. The error that ended the connection, from when all requests have been told.
  Status poll(std::chrono::steady_clock::time_point deadline);
  // Any thread: ends the present wait of poll(), or the next one.
  void wake();

  // Tells the server that the connection is over.
  void close();

 private:
  QuicClient(PacketQueue& queue, std::unique_ptr<ClientConnection> connection);

  PacketQueue& queue_;
  std::unique_ptr<ClientConnection> connection_;
};

}  // namespace penstock
