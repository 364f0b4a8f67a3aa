// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "ingest/owned_fd.h"

namespace penstock {

// Connections on which the last was said, while their clients may still be sending. Closing them with bytes
// unread would reset them, and a client may then never get to see the answer: so what arrives is read and
// forgotten, until the client ends the connection or its time is over. One thread.
class LingeringSockets {
 public:
  using Clock = std::chrono::steady_clock;

  // With `count_max` of them, the oldest makes room.
  LingeringSockets(size_t count_max, std::chrono::milliseconds time);

  // Takes a connection; nothing more can be sent on it.
  void add(OwnedFd socket);
  void read_and_forget(Clock::time_point now);

  // Is readable when one of them is; -1: the system had no descriptor for it, then none lingers.
  int poll_fd() const { return epoll_.get(); }
  bool empty() const { return sockets_.empty(); }

 private:
  struct Lingering {
    OwnedFd socket;
    Clock::time_point until;
  };

  size_t count_max_;
  std::chrono::milliseconds time_;
  OwnedFd epoll_;
  std::vector<Lingering> sockets_;  // oldest first
};

}  // namespace penstock
