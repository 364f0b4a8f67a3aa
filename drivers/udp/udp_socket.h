// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "drivers/udp/udp_options.h"
#include "port/net_address.h"

namespace penstock {

// A bound UDP socket that does not block, with all that a queue asks of the kernel switched on. Owns its
// descriptor; move-only.
class UdpSocket {
 public:
  // failed: the address is not this machine's, or taken; usage: the addresses are of different families.
  // `shared`: others of this process are bound to the same address, and the kernel spreads senders over them.
  static Result<UdpSocket> open(const UdpOptions& options, const NetAddress& local, bool shared);

  UdpSocket(UdpSocket&& other) noexcept;
  UdpSocket& operator=(UdpSocket&& other) noexcept;
  ~UdpSocket();

  int descriptor() const { return descriptor_; }
  bool connected() const { return connected_; }
  bool receive_offload() const { return receive_offload_; }
  bool segmentation_offload() const { return segmentation_offload_; }
  const NetAddress& local() const { return local_; }
  const NetAddress& remote() const { return remote_; }  // where it is connected

 private:
  explicit UdpSocket(int descriptor) : descriptor_(descriptor) {}

  Status set_up(const UdpOptions& options, const NetAddress& local, bool shared);
  void ask_for_notes(int family) const;
  void size_buffers(const UdpOptions& options) const;

  int descriptor_;
  bool connected_ = false;
  bool receive_offload_ = false;
  bool segmentation_offload_ = false;
  NetAddress local_{};
  NetAddress remote_{};
};

// The largest UDP payload that the first hop towards `remote` takes, by the route's MTU; 0: not known.
uint32_t first_hop_payload(const NetAddress& remote);

}  // namespace penstock
