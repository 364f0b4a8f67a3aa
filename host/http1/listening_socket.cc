// SPDX-License-Identifier: Apache-2.0
#include "http1/listening_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace penstock {
namespace {

constexpr int kBacklog = 1024;

void switch_option(int fd, int level, int option, int value) {
  ::setsockopt(fd, level, option, &value, sizeof value);
}

NetAddress bound_address(int fd) {
  sockaddr_in6 storage{};
  auto* const raw = reinterpret_cast<sockaddr*>(&storage);
  socklen_t bytes = sizeof storage;
  if (::getsockname(fd, raw, &bytes) != 0) return {};
  return NetAddress(raw, bytes);
}

bool is_of_that_connection(int error_number) {
  switch (error_number) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return false;
    default:
      return true;
  }
}

}  // namespace

Result<ListeningSocket> ListeningSocket::open(const NetAddress& address) {
  OwnedFd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!fd) return fail_errno(address.text());
  switch_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.family() == AF_INET6) switch_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (::bind(fd.get(), address.raw(), address.raw_bytes()) != 0) return fail_errno(address.text());
  if (::listen(fd.get(), kBacklog) != 0) return fail_errno(address.text());
  const NetAddress bound = bound_address(fd.get());
  return ListeningSocket(std::move(fd), bound);
}

Result<std::optional<AcceptedSocket>> ListeningSocket::accept() {
  for (;;) {
    sockaddr_in6 storage{};
    auto* const raw = reinterpret_cast<sockaddr*>(&storage);
    socklen_t bytes = sizeof storage;
    OwnedFd fd(::accept4(fd_.get(), raw, &bytes, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      // Responses leave in whole blocks: what waits for an acknowledgement only costs time.
      switch_option(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
      return std::optional<AcceptedSocket>(AcceptedSocket{std::move(fd), NetAddress(raw, bytes)});
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::optional<AcceptedSocket>();
    if (!is_of_that_connection(errno)) return fail_errno(address_.text());
  }
}

}  // namespace penstock
