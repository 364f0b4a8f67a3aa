// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "port/net_address.h"

namespace penstock {

// Between whom packets go.
struct NetPath {
  NetAddress local;
  NetAddress remote;

  friend bool operator==(const NetPath&, const NetPath&) = default;
};

// The payloads of one UDP packet, or of several of one path that arrived together: each of `segment_bytes`
// but the last, which may be shorter.
struct PacketTrain {
  MutableBytes bytes{};
  uint32_t segment_bytes = 0;
  uint8_t ecn = 0;  // the two bits of RFC 3168
  NetPath path{};
  // Of one that is sent: an answer to somebody whom nobody knows. It goes at once or not at all.
  bool passing = false;
};

// Packets and bytes are of UDP payloads.
struct PacketCounters {
  uint64_t packets_in = 0;
  uint64_t bytes_in = 0;
  uint64_t packets_out = 0;
  uint64_t bytes_out = 0;
  uint64_t packets_cut = 0;             // larger than the queue takes: dropped
  std::optional<uint64_t> missed = {};  // by the kernel or the NIC, where it is known
  uint64_t send_refused = 0;  // packets that could not be sent: the sender's loss recovery sees to them

  // What was missed is known of the sum where it is known of both.
  PacketCounters& operator+=(const PacketCounters& other);
};

// One queue of a port: bursts of packets in, bursts out. All calls but wake() are of the one thread that owns
// it.
class PacketQueue {
 public:
  // What one IPv4 datagram may be, as the kernel counts a train that it cuts, rounded down.
  static constexpr size_t kTrainBytes = 65'000;

  virtual ~PacketQueue() = default;

  // The thread that owns it from now on, before its first call: where threads have places, it takes its own.
  // Threads that it makes then inherit that place; it is given back where the same thread ends the queue.
  virtual void adopt_thread() {}

  // Brings what has arrived, up to into.size() trains; 0: nothing has. What it brought stays as it is until
  // the next call, and is the caller's to write to. failed: the port is gone.
  virtual Result<size_t> receive(std::span<PacketTrain> into) = 0;

  // Where the next train is to be written: kTrainBytes at least, or empty if the port takes no more now. The
  // same until send() is called.
  virtual MutableBytes reserve() = 0;
  // Sends the first train.bytes.size() bytes of what reserve() gave, as segments. An empty local address: the
  // port chooses. May hold them until flush().
  virtual void send(const PacketTrain& train) = 0;
  virtual void flush() = 0;

  // Returns when packets have arrived, when there is room again where there was none, after wake(), or at
  // `deadline`.
  virtual void wait(std::chrono::steady_clock::time_point deadline) = 0;
  // Any thread: ends the present wait, or else the next one.
  virtual void wake() = 0;

  // What one packet over Ethernet may have at most, of IPv4.
  static constexpr uint32_t kEthernetBytes = 1472;
  // The largest payload of one packet that the path to `remote` is known to take at its first hop.
  virtual uint32_t packet_bytes_max(const NetAddress& remote) const = 0;
  // Whether all of that path takes it. Else senders begin with what any path takes, and find out. Unless a
  // port knows better: where more than Ethernet's packets fit.
  virtual bool knows_whole_way(const NetAddress& remote) const;
  virtual NetAddress local_address() const = 0;
  // failed: no packet gets to `remote`, and why, as far as the port knows. A kernel knows more when it sends.
  virtual Status check_way(const NetAddress& remote) const;
  // Where packets to `remote` come from, where that is known before they are sent.
  virtual NetAddress local_address_to(const NetAddress& remote) const;
  virtual PacketCounters counters() const = 0;
};

}  // namespace penstock
