// SPDX-License-Identifier: Apache-2.0
#include "drivers/udp/udp_receiver.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "drivers/udp/packet_notes.h"

namespace penstock {

Result<UdpReceiver> UdpReceiver::create() {
  PENSTOCK_TRY_ASSIGN(Slab buffers, Slab::map(kTrains * kTrainBytes));
  return UdpReceiver(std::move(buffers));
}

UdpReceiver::UdpReceiver(Slab buffers)
    : buffers_(std::move(buffers)), messages_(kTrains), pieces_(kTrains), senders_(kTrains), notes_(kTrains) {
  for (size_t i = 0; i < kTrains; ++i) pieces_[i] = {&buffers_.bytes()[i * kTrainBytes], kTrainBytes};
}

Result<size_t> UdpReceiver::receive(const UdpSocket& socket, std::span<PacketTrain> into,
                                    PacketCounters& counters) {
  const size_t wanted = std::min(into.size(), kTrains);
  for (size_t i = 0; i < wanted; ++i) {
    senders_[i] = {};
    messages_[i].msg_hdr = {.msg_name = senders_[i].raw(),
                            .msg_namelen = sizeof(sockaddr_in6),
                            .msg_iov = &pieces_[i],
                            .msg_iovlen = 1,
                            .msg_control = notes_[i].bytes.data(),
                            .msg_controllen = kNoteBytes,
                            .msg_flags = 0};
  }
  const int came =
      ::recvmmsg(socket.descriptor(), messages_.data(), static_cast<unsigned>(wanted), MSG_DONTWAIT, nullptr);
  if (came < 0) {
    if (errno == ECONNREFUSED && socket.connected()) return fail_errno("connection");
    // What else an unconnected socket reports is about some packet that it sent, not about this queue.
    if (errno == EBADF || errno == ENOTSOCK) return fail_errno("UDP socket");
    return size_t{0};
  }
  size_t trains = 0;
  for (size_t i = 0; i < static_cast<size_t>(came); ++i) trains += take(i, socket, into[trains], counters);
  return trains;
}

bool UdpReceiver::take(size_t index, const UdpSocket& socket, PacketTrain& train, PacketCounters& counters) {
  mmsghdr& message = messages_[index];
  const ReceivedNotes notes = read_notes(message.msg_hdr);
  // The kernel counts since the socket was opened, and says so with packets alone.
  counters.missed = std::max<uint64_t>(counters.missed.value_or(0), notes.missed.value_or(0));
  if ((message.msg_hdr.msg_flags & MSG_TRUNC) != 0) {
    ++counters.packets_cut;
    return false;
  }
  if (message.msg_len == 0) return false;
  train.bytes = buffers_.bytes().subspan(index * kTrainBytes, message.msg_len);
  train.segment_bytes = notes.segment_bytes != 0 ? notes.segment_bytes : message.msg_len;
  train.ecn = notes.ecn;
  train.path.remote = senders_[index];
  train.path.local = socket.local();
  if (!socket.connected() && !notes.local.empty()) {
    train.path.local = notes.local;
    train.path.local.set_port(socket.local().port());
  }
  counters.packets_in += (message.msg_len + train.segment_bytes - 1) / train.segment_bytes;
  counters.bytes_in += message.msg_len;
  return true;
}

}  // namespace penstock
