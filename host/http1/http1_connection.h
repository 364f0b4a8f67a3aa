// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <microhttpd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "http/http_message.h"
#include "http1/client_certificate.h"
#include "http1/http1_limits.h"
#include "http1/http1_tally.h"
#include "port/net_address.h"

namespace penstock {

class Http1Request;

// A client's connection, from its acceptance until its socket is closed. The loop's; one thread.
class Http1Connection {
 public:
  using Clock = std::chrono::steady_clock;

  // What it is waited for: the client's request, the service, or the client again.
  enum class Phase : uint8_t { head, receiving, service, sending };

  Http1Connection(MHD_Connection* handle, const NetAddress& remote, bool encrypted);

  MHD_Connection* handle() const { return handle_; }
  int fd() const { return fd_; }
  const NetAddress& remote() const { return remote_; }
  // With the certificate, if it is within its time now.
  HttpPeer peer();

  void enter(Phase phase);
  // The service holds it back, or lets it go on.
  void hold(bool held);
  void begin_request(Http1Request* request) { request_ = request; }
  void end_request();
  Http1Request* request() const { return request_; }
  // Whether a head was complete.
  bool used() const { return used_; }

  // Looks at its progress; says why it has to be cut, if it has.
  std::optional<Http1Count> overdue(const Http1Limits& limits, Clock::time_point now);
  // Nothing more will come of it: the HTTP library learns it from the socket.
  void cut();
  bool is_cut() const { return cut_; }

  // Whether a request has begun, and nothing of its response was sent.
  bool may_be_answered() const;
  // A last word beside the HTTP library, which takes no response at this time. As much as fits.
  void say(std::string_view text);

  size_t position = 0;  // in the loop's list

 private:
  // The HTTP library misses the end of a connection that arrives with the last bytes.
  bool was_left() const;
  bool moves_too_little(const Http1Limits& limits, Clock::time_point now);

  MHD_Connection* handle_;
  void* session_ = nullptr;  // TLS
  int fd_;
  NetAddress remote_;
  bool certificate_read_ = false;
  std::optional<ClientCertificate> certificate_;

  Http1Request* request_ = nullptr;
  Phase phase_ = Phase::head;
  bool fresh_ = true;  // `since_` and `moved_bytes_` are still those of an earlier phase
  bool held_ = false;
  bool used_ = false;
  bool cut_ = false;
  Clock::time_point since_{};
  uint64_t moved_bytes_ = 0;
};

}  // namespace penstock
