// SPDX-License-Identifier: Apache-2.0
#include "http1/lingering_sockets.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace penstock {
namespace {

// Whether the client has ended the connection.
bool has_ended(int fd) {
  std::array<uint8_t, 16 << 10> forgotten;
  const ssize_t bytes = ::recv(fd, forgotten.data(), forgotten.size(), MSG_DONTWAIT);
  return bytes == 0 || (bytes < 0 && errno != EAGAIN && errno != EINTR);
}

}  // namespace

LingeringSockets::LingeringSockets(size_t count_max, std::chrono::milliseconds time)
    : count_max_(count_max), time_(time), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  sockets_.reserve(count_max);
}

void LingeringSockets::add(OwnedFd socket) {
  if (count_max_ == 0 || ::shutdown(socket.get(), SHUT_WR) != 0) return;
  if (sockets_.size() == count_max_) sockets_.erase(sockets_.begin());
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = socket.get();
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event) != 0) return;
  sockets_.push_back({std::move(socket), Clock::now() + time_});
}

void LingeringSockets::read_and_forget(Clock::time_point now) {
  if (sockets_.empty()) return;
  std::array<epoll_event, 64> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), 0);
  for (int i = 0; i < count; ++i) {
    const int fd = events[i].data.fd;
    if (!has_ended(fd)) continue;
    std::erase_if(sockets_, [fd](const Lingering& each) { return each.socket.get() == fd; });
  }
  std::erase_if(sockets_, [now](const Lingering& each) { return each.until <= now; });
}

}  // namespace penstock
