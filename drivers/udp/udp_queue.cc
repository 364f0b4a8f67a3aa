// SPDX-License-Identifier: Apache-2.0
#include "drivers/udp/udp_queue.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace penstock {
namespace {

// What every path takes that takes QUIC at all (RFC 9000, section 14), and what an Ethernet frame of 1,500
// bytes carries behind IPv6 and UDP.
constexpr uint32_t kPayloadLeast = 1200;
constexpr uint32_t kPayloadEthernet = 1452;
// No network but the machine's own has frames as large as this.
constexpr uint32_t kPayloadOwn = 32768;

}  // namespace

Result<std::unique_ptr<UdpQueue>> UdpQueue::open(const UdpOptions& options, const NetAddress& local,
                                                 bool shared) {
  PENSTOCK_TRY_ASSIGN(UdpSocket socket, UdpSocket::open(options, local, shared));
  PENSTOCK_TRY_ASSIGN(UdpReceiver receiver, UdpReceiver::create());
  PENSTOCK_TRY_ASSIGN(UdpSender sender, UdpSender::create(socket.segmentation_offload()));
  const int waker = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (waker < 0) return fail_errno("eventfd");
  return std::unique_ptr<UdpQueue>(
      new UdpQueue(std::move(socket), std::move(receiver), std::move(sender), waker, options));
}

UdpQueue::UdpQueue(UdpSocket socket, UdpReceiver receiver, UdpSender sender, int waker,
                   const UdpOptions& options)
    : socket_(std::move(socket)),
      receiver_(std::move(receiver)),
      sender_(std::move(sender)),
      waker_(waker),
      packet_bytes_cap_(options.packet_bytes_max),
      jumbo_frames_(options.jumbo_frames) {}

UdpQueue::~UdpQueue() {
  ::close(waker_);
}

Result<size_t> UdpQueue::receive(std::span<PacketTrain> into) {
  return receiver_.receive(socket_, into, counters_);
}

MutableBytes UdpQueue::reserve() {
  return sender_.reserve(socket_, counters_);
}

void UdpQueue::send(const PacketTrain& train) {
  sender_.send(socket_, train, counters_);
}

void UdpQueue::flush() {
  sender_.flush(socket_, counters_);
}

void UdpQueue::wait(std::chrono::steady_clock::time_point deadline) {
  const auto events = static_cast<short>(sender_.waiting() ? POLLIN | POLLOUT : POLLIN);
  std::array<pollfd, 2> watched{{{socket_.descriptor(), events, 0}, {waker_, POLLIN, 0}}};
  timespec left{};
  timespec* limit = nullptr;
  if (deadline != std::chrono::steady_clock::time_point::max()) {
    const auto now = std::chrono::steady_clock::now();
    const auto nanoseconds =
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::max(deadline, now) - now).count();
    constexpr int64_t kSecond = 1'000'000'000;
    left = {nanoseconds / kSecond, nanoseconds % kSecond};
    limit = &left;
  }
  if (::ppoll(watched.data(), watched.size(), limit, nullptr) <= 0) return;
  if ((watched[1].revents & POLLIN) != 0) {
    uint64_t count = 0;
    (void)!::read(waker_, &count, sizeof count);
  }
  if ((watched[0].revents & POLLOUT) != 0) flush();
}

void UdpQueue::wake() {
  const uint64_t one = 1;
  (void)!::write(waker_, &one, sizeof one);
}

uint32_t UdpQueue::packet_bytes_max(const NetAddress& remote) const {
  const uint32_t known = first_hop_payload(remote);
  if (known == 0) return kPayloadEthernet;
  // Behind the first hop others may follow that take less than it does.
  const bool whole_path = jumbo_frames_ || known >= kPayloadOwn;
  return std::clamp(known, kPayloadLeast,
                    whole_path ? std::max(packet_bytes_cap_, kPayloadLeast) : kPayloadEthernet);
}

}  // namespace penstock
