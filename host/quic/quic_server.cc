// SPDX-License-Identifier: Apache-2.0
#include "quic/quic_server.h"

#include <algorithm>
#include <utility>

#include "quic/connection_counts.h"
#include "quic/connection_steering.h"
#include "quic/packet_handover.h"
#include "quic/quic_worker.h"
#include "quic/tls_credentials.h"

namespace penstock {
namespace {

// A worker's part of what the limits give the whole server. Nothing stays nothing.
QuicLimits part_of(QuicLimits limits, size_t workers) {
  const auto split = [workers](size_t& value) { value = (value + workers - 1) / workers; };
  split(limits.window_bytes_total);
  split(limits.response_bytes_total);
  split(limits.handshakes_without_retry);
  split(limits.stateless_answers_per_second);
  return limits;
}

Status check_limits(const QuicLimits& limits) {
  const auto wrong = [](const char* what, const char* why) { return fail(Errc::usage, what, why); };
  if (limits.window_bytes_first < 16384)
    return wrong("window_bytes_first", "a connection needs 16 KiB at least");
  if (limits.window_bytes_max < limits.window_bytes_first)
    return wrong("window_bytes_max", "is smaller than window_bytes_first");
  if (limits.streams_per_connection == 0) return wrong("streams_per_connection", "is 0");
  if (limits.response_bytes_total < BlockPool::kBlockBytes)
    return wrong("response_bytes_total", "is smaller than one block of 32 KiB");
  return {};
}

}  // namespace

QuicServer::QuicServer() = default;

QuicServer::~QuicServer() {
  stop();
}

Result<std::unique_ptr<QuicServer>> QuicServer::start(PacketPort& port, const TlsIdentity& identity,
                                                      const QuicServerOptions& options,
                                                      HttpServiceMaker maker) {
  PENSTOCK_TRY(check_limits(options.limits));
  const size_t count = port.queue_count();
  if (count == 0 || count > UINT16_MAX) return fail(Errc::usage, port.name(), "has no queues, or too many");
  std::unique_ptr<QuicServer> server(new QuicServer);
  server->maker_ = std::move(maker);
  server->connections_ = std::make_unique<ConnectionCounts>(options.limits.connections_max,
                                                            options.limits.connections_per_source);
  ServerSecret::Key key{};
  if (options.secret) {
    key = *options.secret;
  } else {
    PENSTOCK_TRY_ASSIGN(key, ServerSecret::random_key());
  }
  PENSTOCK_TRY_ASSIGN(PacketSteering steering, make_connection_steering(key, count));
  port.steer_by(std::move(steering));
  for (size_t i = 0; i < count; ++i) {
    PENSTOCK_TRY_ASSIGN(ServerSecret secret, ServerSecret::create(key));
    server->workers_.push_back(std::make_unique<QuicWorker>(
        port.queue(i), part_of(options.limits, count), std::move(secret), static_cast<uint16_t>(i),
        identity.credentials().owned.get(), *server->connections_, server->workers_busy_));
  }
  const size_t packet_bytes = port.queue(0).packet_bytes_max(port.local_address());
  // handovers[from * count + to]; none from a worker to itself.
  for (size_t i = 0; i < count * count; ++i) {
    server->handovers_.push_back(i / count == i % count ? nullptr
                                                        : std::make_unique<PacketHandover>(packet_bytes));
  }
  for (size_t own = 0; own < count; ++own) {
    std::vector<QuicWorker::Neighbour> neighbours;
    for (size_t other = 0; other < count; ++other) {
      neighbours.push_back({server->handovers_[own * count + other].get(),
                            server->handovers_[other * count + own].get(), &port.queue(other)});
    }
    server->workers_[own]->meet(std::move(neighbours));
  }
  server->workers_busy_ = count;
  for (const std::unique_ptr<QuicWorker>& worker : server->workers_)
    server->threads_.emplace_back([raw = worker.get(), &make = server->maker_] { raw->run(make); });
  return server;
}

void QuicServer::drain(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (const std::unique_ptr<QuicWorker>& worker : workers_) worker->drain(deadline);
  join();
}

void QuicServer::stop() {
  for (const std::unique_ptr<QuicWorker>& worker : workers_) worker->stop();
  join();
}

void QuicServer::join() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

bool QuicServer::running() const {
  return std::none_of(workers_.begin(), workers_.end(),
                      [](const std::unique_ptr<QuicWorker>& worker) { return worker->over(); });
}

std::optional<Error> QuicServer::port_error() const {
  for (const std::unique_ptr<QuicWorker>& worker : workers_) {
    if (worker->over() && worker->port_error()) return worker->port_error();
  }
  return {};
}

QuicCounts QuicServer::counts() const {
  QuicCounts sums{};
  for (const std::unique_ptr<QuicWorker>& worker : workers_) worker->counters().add_to(sums);
  return sums;
}

PacketCounters QuicServer::packets() const {
  PacketCounters sums = workers_.front()->packets();
  for (size_t i = 1; i < workers_.size(); ++i) sums += workers_[i]->packets();
  return sums;
}

std::vector<PacketCounters> QuicServer::queue_packets() const {
  std::vector<PacketCounters> queues;
  for (const std::unique_ptr<QuicWorker>& worker : workers_) queues.push_back(worker->packets());
  return queues;
}

size_t QuicServer::connections() const {
  return connections_->total();
}

}  // namespace penstock
