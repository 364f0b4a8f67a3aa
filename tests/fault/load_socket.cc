// SPDX-License-Identifier: Apache-2.0
#include "fault/load_socket.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

namespace penstock {

Result<std::unique_ptr<LoadSocket>> LoadSocket::open(const NetAddress& server, uint32_t packet_bytes,
                                                     LoadBuffers& buffers) {
  OwnedFd socket(::socket(server.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket || ::connect(socket.get(), server.raw(), server.raw_bytes()) != 0)
    return fail_errno(server.text());
  // Where a train's packets are of this size the kernel cuts it.
  const int segment = static_cast<int>(packet_bytes);
  ::setsockopt(socket.get(), IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment);
  sockaddr_in6 bound{};
  socklen_t bytes = sizeof bound;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &bytes) != 0)
    return fail_errno(server.text());
  const NetAddress local(reinterpret_cast<const sockaddr*>(&bound), bytes);
  return std::unique_ptr<LoadSocket>(new LoadSocket(std::move(socket), local, server, packet_bytes, buffers));
}

Result<size_t> LoadSocket::receive(std::span<PacketTrain> into) {
  std::array<mmsghdr, LoadBuffers::kPackets> messages{};
  std::array<iovec, LoadBuffers::kPackets> parts{};
  const size_t wanted = std::min(into.size(), messages.size());
  for (size_t i = 0; i < wanted; ++i) {
    parts[i] = {&buffers_.incoming[i * LoadBuffers::kPacketBytes], LoadBuffers::kPacketBytes};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const int came =
      ::recvmmsg(descriptor(), messages.data(), static_cast<unsigned>(wanted), MSG_DONTWAIT, nullptr);
  for (int i = 0; i < came; ++i) {
    const MutableBytes bytes(static_cast<uint8_t*>(parts[i].iov_base), messages[i].msg_len);
    into[i] = {bytes, messages[i].msg_len, 0, {local_, server_}};
    counters_.bytes_in += bytes.size();
  }
  counters_.packets_in += static_cast<uint64_t>(std::max(came, 0));
  return static_cast<size_t>(std::max(came, 0));
}

// What the kernel does not take is lost: QUIC sends it again.
void LoadSocket::send(const PacketTrain& train) {
  const bool cut_by_kernel =
      train.segment_bytes == packet_bytes_ && train.bytes.size() <= 60 * size_t{packet_bytes_};
  const size_t step = cut_by_kernel ? train.bytes.size() : train.segment_bytes;
  for (size_t at = 0; at < train.bytes.size(); at += step) {
    const size_t bytes = std::min(step, train.bytes.size() - at);
    if (::send(descriptor(), &train.bytes[at], bytes, MSG_DONTWAIT) < 0) ++counters_.send_refused;
  }
  counters_.bytes_out += train.bytes.size();
}

void LoadSocket::wait(Clock::time_point deadline) {
  due_ = deadline;
  if (!waits_itself_) return;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  pollfd polled{descriptor(), POLLIN, 0};
  ::poll(&polled, 1, static_cast<int>(std::clamp<int64_t>(left + 1, 0, 1000)));
}

}  // namespace penstock
