// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <microhttpd.h>
#include <poll.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "http/http_service.h"
#include "http1/connection_quota.h"
#include "http1/http1_connection.h"
#include "http1/http1_options.h"
#include "http1/http1_request.h"
#include "http1/http1_site.h"
#include "http1/http1_tally.h"
#include "http1/lingering_sockets.h"
#include "http1/listening_socket.h"
#include "http1/wake_event.h"

namespace penstock {

struct Http1DaemonEnd {
  void operator()(MHD_Daemon* daemon) const { MHD_stop_daemon(daemon); }
};

// What the listener's thread does: accepts connections, lets the HTTP library work on them, passes on what
// the service has, and cuts those that take too long. open() by the thread that makes it, the rest by the one
// that runs it; stop_by() by any.
class Http1Loop {
 public:
  using Clock = std::chrono::steady_clock;

  Http1Loop(ListeningSocket socket, Http1Options options, std::shared_ptr<WakeEvent> woken,
            Http1Tally& tally);
  ~Http1Loop();
  Http1Loop(const Http1Loop&) = delete;
  Http1Loop& operator=(const Http1Loop&) = delete;

  // Starts the HTTP library. failed, usage.
  Status open();
  // Until it was stopped.
  void run(std::unique_ptr<HttpService> service);
  // From now on, no connection is accepted, and no request begun on those there are. It ends when the last is
  // answered, or at `deadline`. An earlier deadline counts.
  void stop_by(Clock::time_point deadline);

 private:
  // The HTTP library's calls.
  static void* on_target(void* loop, const char* target, MHD_Connection* handle);
  static MHD_Result on_request(void* loop, MHD_Connection* handle, const char* url, const char* method,
                               const char* version, const char* data, size_t* bytes, void** request);
  static void on_completed(void* loop, MHD_Connection* handle, void** request,
                           MHD_RequestTerminationCode code);
  static void on_connection(void* loop, MHD_Connection* handle, void** connection,
                            MHD_ConnectionNotificationCode code);

  void wait(Clock::time_point until);
  Clock::time_point wait_until(Clock::time_point now) const;
  void accept_all(Clock::time_point now);
  void accept(AcceptedSocket accepted);
  void refuse(AcceptedSocket accepted, Http1Count why);
  // Lets requests go on for which the service has something; whether any does.
  bool serve_ready();
  void sweep(Clock::time_point now);
  void cut(Http1Connection& connection, Http1Count why);
  void start_draining();
  void cut_all();
  void end_request(Http1Request* request, MHD_RequestTerminationCode code, unsigned status);
  void begin_connection(MHD_Connection* handle, void** context);
  void end_connection(Http1Connection* connection);

  ListeningSocket socket_;
  Http1Options options_;
  std::shared_ptr<WakeEvent> woken_;
  Http1Site site_;
  ConnectionQuota quota_;
  LingeringSockets lingering_;
  std::unique_ptr<HttpService> service_;

  std::vector<std::unique_ptr<Http1Connection>> connections_;
  std::unordered_map<uint64_t, Http1Request*> requests_;  // those there are, by id
  uint64_t next_request_id_ = 1;
  std::vector<uint64_t> ready_;  // only its memory outlives a turn
  std::array<pollfd, 4> polled_{};
  Clock::duration sweep_period_;
  Clock::time_point next_sweep_{};
  Clock::time_point accept_again_{};
  const NetAddress* accepted_ = nullptr;  // whose connection is just being added
  bool again_ = false;                    // the HTTP library has work, which it does not know when asked
  bool stopping_ = false;                 // connections are closed without lingering

  std::atomic<Clock::rep> deadline_;                    // of Clock; its largest: not stopped
  std::unique_ptr<MHD_Daemon, Http1DaemonEnd> daemon_;  // last: it calls all of the above
};

}  // namespace penstock
