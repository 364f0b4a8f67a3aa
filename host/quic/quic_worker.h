// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "http/http_service.h"
#include "port/packet_queue.h"
#include "quic/connection_counts.h"
#include "quic/connection_timers.h"
#include "quic/packet_handover.h"
#include "quic/quic_door.h"
#include "quic/server_connection.h"
#include "quic/worker_share.h"

namespace penstock {

// One queue of a server's port: its connections, and the service that answers their requests. Everything but
// drain(), stop() and the counters is of the thread that runs it. Owned by the server.
class QuicWorker {
 public:
  // A neighbour, by its number: where its packets are put, and how it is woken.
  struct Neighbour {
    PacketHandover* to = nullptr;  // null: this worker itself
    PacketHandover* from = nullptr;
    PacketQueue* queue = nullptr;
  };

  QuicWorker(PacketQueue& queue, const QuicLimits& limits, ServerSecret secret, uint16_t number,
             gnutls_certificate_credentials_t credentials, ConnectionCounts& counts,
             std::atomic<size_t>& workers_busy);
  ~QuicWorker();

  // Before it runs.
  void meet(std::vector<Neighbour> neighbours) { neighbours_ = std::move(neighbours); }

  // Until it is drained or stopped, or its port fails.
  void run(const HttpServiceMaker& maker);

  // Any thread. No connection and no request is taken on any more; what is under way is finished until
  // `deadline`.
  void drain(std::chrono::steady_clock::time_point deadline);
  void stop();
  bool over() const { return over_.load(std::memory_order_acquire); }
  // Of one that is over: what its port failed of.
  const std::optional<Error>& port_error() const { return port_error_; }
  const QuicCounters& counters() const { return share_.counters; }
  PacketCounters packets() const;

 private:
  static constexpr size_t kBurst = 32;

  void loop();
  void handle_packets();
  void route(Bytes packet, const NetPath& path, uint8_t ecn, bool handed_over);
  void hand_over(uint16_t number, Bytes packet, const NetPath& path, uint8_t ecn);
  void accept(const ClientHello& hello, Bytes packet, uint8_t ecn);
  void serve();
  void expire();
  void sweep();
  void write();
  void mark(ServerConnection& connection);
  void forget(ServerConnection& connection);
  void follow_orders();
  bool finished() const;
  bool may_leave();
  void tell_finished();
  std::chrono::steady_clock::time_point next_turn() const;
  void publish();

  PacketQueue& queue_;
  WorkerShare share_;
  QuicDoor door_;
  const gnutls_certificate_credentials_t credentials_;
  ConnectionCounts& counts_;
  std::atomic<size_t>& workers_busy_;  // of the server: those that have not finished
  std::vector<Neighbour> neighbours_;
  std::unique_ptr<HttpService> service_;
  std::unordered_map<ServerConnection*, std::unique_ptr<ServerConnection>> connections_;
  ConnectionTimers timers_;
  std::vector<ServerConnection*> dirty_;
  std::vector<ServerConnection*> writing_;
  std::vector<uint64_t> ready_;
  std::vector<PacketTrain> burst_;
  uint64_t now_ = 0;
  uint64_t next_sweep_ = 0;
  uint64_t drain_until_ = UINT64_MAX;
  uint64_t give_up_at_ = UINT64_MAX;
  bool draining_ = false;
  bool stopping_ = false;
  std::optional<Error> port_error_{};  // written before over_
  bool told_finished_ = false;
  bool again_ = false;    // something is left to do at once
  bool no_room_ = false;  // the port took no more

  std::atomic<uint64_t> drain_asked_{0};  // when it is to end; 0: not asked
  std::atomic<bool> stop_asked_{false};
  std::atomic<bool> over_{false};
  struct Published {
    std::atomic<uint64_t> packets_in{0}, bytes_in{0}, packets_out{0}, bytes_out{0}, packets_cut{0}, missed{0},
        send_refused{0};
    std::atomic<bool> missed_known{false};
  } published_;
};

}  // namespace penstock
