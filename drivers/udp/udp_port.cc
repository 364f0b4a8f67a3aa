// SPDX-License-Identifier: Apache-2.0
#include "drivers/udp/udp_port.h"

#include <netinet/in.h>

#include <utility>

namespace penstock {
namespace {

// Any port of the family that leads to `remote`.
NetAddress any_like(const NetAddress& remote) {
  if (remote.family() == AF_INET) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    return {reinterpret_cast<const sockaddr*>(&any), sizeof any};
  }
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  return {reinterpret_cast<const sockaddr*>(&any), sizeof any};
}

}  // namespace

Result<std::unique_ptr<UdpPort>> UdpPort::open(const UdpOptions& options) {
  if (options.queues == 0 || (options.local.empty() && options.remote.empty()))
    return fail(Errc::usage, "UDP port", "it has no queues or no address");
  std::unique_ptr<UdpPort> port(new UdpPort);
  NetAddress local = options.local.empty() ? any_like(options.remote) : options.local;
  if (options.queues > 1) {
    // The kernel lets any program of the user join sockets that share an address: a port that somebody else
    // has is found out before the first of ours shares it.
    PENSTOCK_TRY_ASSIGN(const UdpSocket probe, UdpSocket::open(options, local, false));
    if (local.port() == 0) local.set_port(probe.local().port());
  }
  for (size_t i = 0; i < options.queues; ++i) {
    PENSTOCK_TRY_ASSIGN(std::unique_ptr<UdpQueue> queue, UdpQueue::open(options, local, options.queues > 1));
    local.set_port(queue->local_address().port());
    port->queues_.push_back(std::move(queue));
  }
  return port;
}

}  // namespace penstock
