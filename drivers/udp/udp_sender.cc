// SPDX-License-Identifier: Apache-2.0
#include "drivers/udp/udp_sender.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

uint64_t packets_of(const PacketTrain& train) {
  return (train.bytes.size() + train.segment_bytes - 1) / train.segment_bytes;
}

bool full(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

// The first hop cannot cut trains: drivers say EIO where they lack checksums, EINVAL where the size is wrong
// to them, EOPNOTSUPP behind some tunnels.
bool cannot_cut(int error) {
  return error == EIO || error == EINVAL || error == EOPNOTSUPP;
}

}  // namespace

Result<UdpSender> UdpSender::create(bool segmentation_offload) {
  PENSTOCK_TRY_ASSIGN(Slab buffers, Slab::map(kTrains * kBufferBytes));
  return UdpSender(std::move(buffers), segmentation_offload);
}

UdpSender::UdpSender(Slab buffers, bool segmentation_offload)
    : buffers_(std::move(buffers)),
      segmentation_offload_(segmentation_offload),
      trains_(kTrains),
      messages_(kTrains) {}

MutableBytes UdpSender::reserve(const UdpSocket& socket, PacketCounters& counters) {
  if (last_ == kTrains) flush(socket, counters);
  return last_ == kTrains ? MutableBytes{} : buffer(last_);
}

void UdpSender::send(const UdpSocket& socket, const PacketTrain& train, PacketCounters& counters) {
  PENSTOCK_CHECK(last_ < kTrains && !train.bytes.empty() && train.bytes.size() <= kTrainBytes);
  PENSTOCK_CHECK(train.segment_bytes != 0);
  trains_[last_].train = train;
  trains_[last_].train.bytes = buffer(last_).first(train.bytes.size());
  if (++last_ == kTrains) flush(socket, counters);
}

// Whether the kernel does not cut it.
bool UdpSender::needs_cut(const PacketTrain& train) const {
  const uint64_t packets = packets_of(train);
  return packets > 1 && (!segmentation_offload_ || packets > kSegmentsMax);
}

void UdpSender::address(Train& train, mmsghdr& message, const UdpSocket& socket) const {
  PacketTrain& packets = train.train;
  train.piece = {packets.bytes.data(), packets.bytes.size()};
  message.msg_hdr = {};
  message.msg_hdr.msg_iov = &train.piece;
  message.msg_hdr.msg_iovlen = 1;
  if (!socket.connected()) {
    message.msg_hdr.msg_name = packets.path.remote.raw();
    message.msg_hdr.msg_namelen = packets.path.remote.raw_bytes();
  }
  const bool several = packets.bytes.size() > packets.segment_bytes;
  const NetPath path = {socket.connected() ? NetAddress{} : packets.path.local,
                        socket.connected() ? socket.remote() : packets.path.remote};
  train.notes.write(message.msg_hdr, path, socket.local().family(), several ? packets.segment_bytes : 0,
                    packets.ecn);
}

void UdpSender::flush(const UdpSocket& socket, PacketCounters& counters) {
  while (first_ != last_) {
    Train& front = trains_[first_];
    if (needs_cut(front.train)) {
      if (!send_cut(front, socket, counters)) return;
      ++first_;
      continue;
    }
    // What needs cutting here goes alone, in its turn.
    size_t end = first_;
    while (end != last_ && !needs_cut(trains_[end].train)) {
      address(trains_[end], messages_[end], socket);
      ++end;
    }
    const int sent =
        ::sendmmsg(socket.descriptor(), &messages_[first_], static_cast<unsigned>(end - first_), 0);
    if (sent <= 0) {
      if (!refused(front, socket, errno, counters)) return;
      continue;
    }
    for (size_t i = first_; i < first_ + static_cast<size_t>(sent); ++i) {
      counters.packets_out += packets_of(trains_[i].train);
      counters.bytes_out += trains_[i].train.bytes.size();
    }
    first_ += static_cast<size_t>(sent);
  }
  first_ = last_ = 0;
}

// False: the train stays, the kernel takes nothing now.
bool UdpSender::refused(Train& train, const UdpSocket& socket, int error, PacketCounters& counters) {
  (void)socket;
  if (full(error)) return false;
  if (segmentation_offload_ && cannot_cut(error) && train.train.bytes.size() > train.train.segment_bytes) {
    segmentation_offload_ = false;
    return true;
  }
  counters.send_refused += packets_of(train.train);
  ++first_;
  return true;
}

// Sends a train packet by packet. False: the kernel takes no more now, and the rest stays.
bool UdpSender::send_cut(Train& train, const UdpSocket& socket, PacketCounters& counters) {
  PacketTrain& packets = train.train;
  const MutableBytes whole = packets.bytes;
  size_t at = 0;
  while (at < whole.size()) {
    packets.bytes = whole.subspan(at, std::min<size_t>(packets.segment_bytes, whole.size() - at));
    mmsghdr message{};
    address(train, message, socket);
    if (::sendmsg(socket.descriptor(), &message.msg_hdr, 0) < 0) {
      if (full(errno)) {
        packets.bytes = whole.subspan(at);
        return false;
      }
      ++counters.send_refused;
    } else {
      ++counters.packets_out;
      counters.bytes_out += packets.bytes.size();
    }
    at += packets.bytes.size();
  }
  return true;
}

}  // namespace penstock
