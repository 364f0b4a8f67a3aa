// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>

#include "base/bytes.h"
#include "port/net_address.h"

namespace penstock {

// What recvmmsg and sendmmsg take: up to kMax datagrams and where they come from or go to. One thread.
class DatagramBatch {
 public:
  static constexpr size_t kMax = 64;

  DatagramBatch() {
    for (size_t i = 0; i < kMax; ++i) {
      messages_[i].msg_hdr.msg_iov = &parts_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }
  DatagramBatch(const DatagramBatch&) = delete;
  DatagramBatch& operator=(const DatagramBatch&) = delete;

  // Where datagram `i` is to be received.
  void receive_into(size_t i, MutableBytes bytes) { parts_[i] = {bytes.data(), bytes.size()}; }
  // How many came; 0: none.
  size_t receive(int fd) {
    for (size_t i = 0; i < kMax; ++i) {
      messages_[i].msg_hdr.msg_name = &names_[i];
      messages_[i].msg_hdr.msg_namelen = sizeof names_[i];
    }
    const int count = ::recvmmsg(fd, messages_.data(), kMax, MSG_DONTWAIT, nullptr);
    return count < 0 ? 0 : static_cast<size_t>(count);
  }
  size_t received_bytes(size_t i) const { return messages_[i].msg_len; }
  NetAddress sender(size_t i) const {
    return NetAddress(reinterpret_cast<const sockaddr*>(&names_[i]), messages_[i].msg_hdr.msg_namelen);
  }

  // `to` outlives send(); null for a connected socket.
  void put(size_t i, MutableBytes bytes, NetAddress* to) {
    parts_[i] = {bytes.data(), bytes.size()};
    messages_[i].msg_hdr.msg_name = to != nullptr ? to->raw() : nullptr;
    messages_[i].msg_hdr.msg_namelen = to != nullptr ? to->raw_bytes() : 0;
  }
  // Sends the first `count`; how many the kernel took. What it refuses is left out.
  size_t send(int fd, size_t count) {
    size_t taken = 0;
    for (size_t at = 0; at < count;) {
      const int sent = ::sendmmsg(fd, &messages_[at], static_cast<unsigned>(count - at), MSG_DONTWAIT);
      taken += sent > 0 ? static_cast<size_t>(sent) : 0;
      at += sent > 0 ? static_cast<size_t>(sent) : 1;
    }
    return taken;
  }

 private:
  std::array<mmsghdr, kMax> messages_{};
  std::array<iovec, kMax> parts_{};
  std::array<sockaddr_in6, kMax> names_{};
};

}  // namespace penstock
