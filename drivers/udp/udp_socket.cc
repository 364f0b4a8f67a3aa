// SPDX-License-Identifier: Apache-2.0
#include "drivers/udp/udp_socket.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace penstock {
namespace {

template <class Value>
bool set_option(int descriptor, int level, int name, Value value) {
  return ::setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

Result<NetAddress> bound_address(int descriptor) {
  NetAddress address;
  socklen_t bytes = sizeof(sockaddr_in6);
  if (::getsockname(descriptor, address.raw(), &bytes) != 0) return fail_errno("UDP socket");
  return address;
}

}  // namespace

UdpSocket::UdpSocket(UdpSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      connected_(other.connected_),
      receive_offload_(other.receive_offload_),
      segmentation_offload_(other.segmentation_offload_),
      local_(other.local_),
      remote_(other.remote_) {}

UdpSocket& UdpSocket::operator=(UdpSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  connected_ = other.connected_;
  receive_offload_ = other.receive_offload_;
  segmentation_offload_ = other.segmentation_offload_;
  local_ = other.local_;
  remote_ = other.remote_;
  return *this;
}

UdpSocket::~UdpSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<UdpSocket> UdpSocket::open(const UdpOptions& options, const NetAddress& local, bool shared) {
  const int descriptor = ::socket(local.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return fail_errno("UDP socket for " + local.text());
  UdpSocket socket(descriptor);
  PENSTOCK_TRY(socket.set_up(options, local, shared));
  return socket;
}

Status UdpSocket::set_up(const UdpOptions& options, const NetAddress& local, bool shared) {
  const int family = local.family();
  if (!options.remote.empty() && options.remote.family() != family)
    return fail(Errc::usage, options.remote.text(), "is of another family than " + local.text(),
                "give both as IPv4 or both as IPv6");
  if (family == AF_INET6) set_option(descriptor_, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (shared && !set_option(descriptor_, SOL_SOCKET, SO_REUSEPORT, 1))
    return fail_errno("several queues at " + local.text());
  ask_for_notes(family);
  size_buffers(options);
  if (::bind(descriptor_, local.raw(), local.raw_bytes()) != 0) return fail_errno(local.text());
  if (!options.remote.empty()) {
    if (::connect(descriptor_, options.remote.raw(), options.remote.raw_bytes()) != 0)
      return fail_errno(options.remote.text());
    connected_ = true;
    remote_ = options.remote;
  }
  // Segment sizes are given with each train: 0 leaves packets alone, and shows whether the kernel knows it.
  segmentation_offload_ = options.segmentation_offload && set_option(descriptor_, SOL_UDP, UDP_SEGMENT, 0);
  receive_offload_ = options.receive_offload && set_option(descriptor_, SOL_UDP, UDP_GRO, 1);
  PENSTOCK_TRY_ASSIGN(local_, bound_address(descriptor_));
  return {};
}

// Where one of these is refused the note is absent, and the queue does without.
void UdpSocket::ask_for_notes(int family) const {
  set_option(descriptor_, SOL_SOCKET, SO_RXQ_OVFL, 1);
  set_option(descriptor_, IPPROTO_IP, IP_PKTINFO, 1);
  set_option(descriptor_, IPPROTO_IP, IP_RECVTOS, 1);
  // QUIC finds out what a path takes: a packet that does not fit is to be refused, not to be cut in pieces.
  set_option(descriptor_, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
  if (family != AF_INET6) return;
  set_option(descriptor_, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  set_option(descriptor_, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
  set_option(descriptor_, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO);
}

void UdpSocket::size_buffers(const UdpOptions& options) const {
  const int receive = static_cast<int>(options.receive_buffer_bytes);
  const int send = static_cast<int>(options.send_buffer_bytes);
  if (!set_option(descriptor_, SOL_SOCKET, SO_RCVBUFFORCE, receive))
    set_option(descriptor_, SOL_SOCKET, SO_RCVBUF, receive);
  if (!set_option(descriptor_, SOL_SOCKET, SO_SNDBUFFORCE, send))
    set_option(descriptor_, SOL_SOCKET, SO_SNDBUF, send);
}

uint32_t first_hop_payload(const NetAddress& remote) {
  constexpr int kUdpHeader = 8;
  constexpr int kIpv4Header = 20;
  constexpr int kIpv6Header = 40;
  const int probe = ::socket(remote.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return 0;
  const bool ipv6 = remote.family() == AF_INET6;
  int mtu = 0;
  socklen_t bytes = sizeof mtu;
  const bool known =
      ::connect(probe, remote.raw(), remote.raw_bytes()) == 0 &&
      ::getsockopt(probe, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_MTU : IP_MTU, &mtu, &bytes) == 0;
  ::close(probe);
  const int headers = kUdpHeader + (ipv6 ? kIpv6Header : kIpv4Header);
  return known ? static_cast<uint32_t>(std::max(mtu - headers, 0)) : 0;
}

}  // namespace penstock
