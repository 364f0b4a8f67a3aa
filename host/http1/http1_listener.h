// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <thread>

#include "base/result.h"
#include "http/http_service.h"
#include "http1/http1_options.h"
#include "http1/http1_tally.h"
#include "port/net_address.h"

namespace penstock {

class Http1Loop;

// HTTP/1.1 over TCP, with TLS or without: one thread, which serves all connections from one HttpService. Made
// and destroyed by one thread; any may call it.
class Http1Listener {
 public:
  // usage: the address is not a loopback one and neither TLS nor Http1Options::plain_beyond_loopback was
  // asked for, or the certificate cannot be used. failed: the system refuses the address.
  static Result<std::unique_ptr<Http1Listener>> start(const Http1Options& options,
                                                      const HttpServiceMaker& maker);
  // Cuts what is under way.
  ~Http1Listener();
  Http1Listener(const Http1Listener&) = delete;
  Http1Listener& operator=(const Http1Listener&) = delete;

  const NetAddress& address() const { return address_; }  // with its port
  const Http1Tally& tally() const { return tally_; }

  // Accepts no further connections, ends those without a request, and answers what is under way. Returns at
  // once.
  void drain(std::chrono::milliseconds within);
  // Returns when draining has ended. One thread.
  void join();

 private:
  Http1Listener();

  NetAddress address_;
  Http1Tally tally_;
  std::unique_ptr<Http1Loop> loop_;
  std::thread thread_;  // last: uses all of the above
};

}  // namespace penstock
