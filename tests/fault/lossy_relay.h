// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "fault/datagram_batch.h"
#include "fault/delay_queue.h"
#include "fault/lossy_path.h"
#include "fault/packet_forger.h"
#include "ingest/owned_fd.h"
#include "port/net_address.h"

namespace penstock {

struct LossyRelayOptions {
  NetAddress server{};
  NetAddress listen{};  // empty: a free port of the loopback address of the server's family
  LossyPathOptions path{};
  size_t datagrams = 8192;  // on their way at once; more are lost
  size_t clients = 4096;    // further ones are not heard
  // Where what clients send is written: its length, 4 bytes, little-endian, and itself, up to 16 MiB of it.
  std::string capture{};
};

struct LossyRelayCounters {
  // Of each direction: datagrams as they came, and what became of them.
  struct Direction {
    uint64_t received = 0;
    uint64_t received_bytes = 0;
    uint64_t lost = 0;
    uint64_t crowded_out = 0;  // by the limits of rate or number
    uint64_t reordered = 0;
    uint64_t duplicated = 0;
    uint64_t altered = 0;  // copies of them
    uint64_t sent = 0;
    uint64_t refused = 0;  // by the kernel: a full buffer, nobody there
  };
  Direction to_server{};
  Direction to_client{};
  uint64_t clients = 0;
  uint64_t clients_refused = 0;

  std::string text() const;
};

// A bad network between UDP clients and a server, in user space: takes what clients send to its port, and
// passes it on to the server from a port of their own for each client, so that the server tells them apart;
// and back. Loses, delays, reorders and repeats datagrams by a seed. A thread of its own; any thread may
// call.
class LossyRelay {
 public:
  // failed: no sockets.
  static Result<std::unique_ptr<LossyRelay>> start(const LossyRelayOptions& options);
  ~LossyRelay();
  LossyRelay(const LossyRelay&) = delete;
  LossyRelay& operator=(const LossyRelay&) = delete;

  const NetAddress& address() const { return address_; }  // for clients to send to
  void stop();                                            // drops what is on its way
  LossyRelayCounters counters() const;

 private:
  struct Session {
    OwnedFd socket;  // connected to the server
    NetAddress client;
  };
  // The parts of an address that tell clients apart.
  using ClientKey = std::array<uint8_t, 19>;

  explicit LossyRelay(const LossyRelayOptions& options);
  Status open();
  void run();
  void wait();
  void receive_from_clients();
  void receive_from_server(uint32_t session);
  void pass_on(size_t index, uint32_t session, bool to_server, DelayQueue::Clock::time_point now);
  void enqueue(size_t index, uint32_t session, bool to_server, DelayQueue::Clock::time_point due,
               bool altered);
  void capture(size_t index);
  void send_due();
  void send_batch();
  int32_t session_of(const NetAddress& client);
  void set_timer();

  LossyRelayOptions options_;
  NetAddress address_;
  OwnedFd socket_;  // clients'
  OwnedFd epoll_;
  OwnedFd timer_;
  OwnedFd stop_event_;
  std::vector<Session> sessions_;
  std::map<ClientKey, uint32_t> session_by_client_;
  DelayQueue queue_;
  LossyPath to_server_;
  LossyPath to_client_;
  PacketForger forger_;
  std::ofstream capture_;
  uint64_t captured_bytes_ = 0;
  DatagramBatch incoming_;  // each of its datagrams has a slot
  std::vector<DelayQueue::Slot> incoming_slots_;
  DatagramBatch outgoing_;
  std::vector<DelayQueue::Entry> outgoing_entries_;  // all of one socket
  LossyRelayCounters counters_;
  mutable std::mutex published_mutex_;
  LossyRelayCounters published_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;  // last
};

}  // namespace penstock
