// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/result.h"
#include "ingest/owned_fd.h"
#include "port/net_address.h"

namespace penstock {

// A TCP connection that was accepted; non-blocking.
struct AcceptedSocket {
  OwnedFd fd;
  NetAddress remote;
};

// A TCP socket that listens. Non-blocking; one thread.
class ListeningSocket {
 public:
  // failed: the system refuses the address. "::" takes IPv4 connections too.
  static Result<ListeningSocket> open(const NetAddress& address);

  // The next connection; nothing if none waits. failed: no descriptors or memory are left.
  Result<std::optional<AcceptedSocket>> accept();

  void close() { fd_.close(); }
  int fd() const { return fd_.get(); }  // -1 once closed
  const NetAddress& address() const { return address_; }

 private:
  ListeningSocket(OwnedFd fd, const NetAddress& address) : fd_(std::move(fd)), address_(address) {}

  OwnedFd fd_;
  NetAddress address_;
};

}  // namespace penstock
