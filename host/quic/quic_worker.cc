// SPDX-License-Identifier: Apache-2.0
#include "quic/quic_worker.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kSweep = 1'000'000'000;
constexpr uint64_t kSweepWhileDraining = 20'000'000;
// For the last words to connections that are cut off: a port that takes none keeps nobody longer.
constexpr uint64_t kFarewell = 1'000'000'000;

uint64_t nanoseconds(Clock::time_point time) {
  return static_cast<uint64_t>(std::chrono::nanoseconds(time.time_since_epoch()).count());
}

Clock::time_point time_point_of(uint64_t time) {
  return Clock::time_point(std::chrono::nanoseconds(static_cast<int64_t>(time)));
}

}  // namespace

QuicWorker::QuicWorker(PacketQueue& queue, const QuicLimits& limits, ServerSecret secret, uint16_t number,
                       gnutls_certificate_credentials_t credentials, ConnectionCounts& counts,
                       std::atomic<size_t>& workers_busy)
    : queue_(queue),
      share_(limits, std::move(secret), number),
      door_(share_, queue),
      credentials_(credentials),
      counts_(counts),
      workers_busy_(workers_busy),
      burst_(kBurst) {}

QuicWorker::~QuicWorker() = default;

void QuicWorker::drain(Clock::time_point deadline) {
  drain_asked_.store(std::max<uint64_t>(nanoseconds(deadline), 1), std::memory_order_release);
  queue_.wake();
}

void QuicWorker::stop() {
  stop_asked_.store(true, std::memory_order_release);
  queue_.wake();
}

void QuicWorker::run(const HttpServiceMaker& maker) {
  queue_.adopt_thread();
  service_ = maker([this] { queue_.wake(); });
  PENSTOCK_CHECK(service_ != nullptr);
  share_.service = service_.get();
  share_.packet_bytes_max = queue_.packet_bytes_max(queue_.local_address());
  loop();
  tell_finished();
  for (const auto& [raw, connection] : connections_) counts_.remove(raw->source());
  connections_.clear();
  service_.reset();
  publish();
  over_.store(true, std::memory_order_release);
}

void QuicWorker::loop() {
  while (!may_leave()) {
    again_ = false;
    no_room_ = false;
    now_ = nanoseconds(Clock::now());
    handle_packets();
    if (port_error_) return;
    follow_orders();
    serve();
    expire();
    if (now_ >= next_sweep_) sweep();
    write();
    queue_.flush();
    // What was full may be so no more, and then nothing would tell.
    if (no_room_ && !queue_.reserve().empty()) again_ = true;
    publish();
    if (!again_ && !may_leave()) queue_.wait(next_turn());
  }
}

void QuicWorker::handle_packets() {
  const Result<size_t> came = queue_.receive(burst_);
  if (!came) {
    port_error_ = came.error();
    return;
  }
  again_ = *came == burst_.size();
  for (size_t i = 0; i < *came; ++i) {
    const PacketTrain& train = burst_[i];
    for (size_t at = 0; at < train.bytes.size(); at += train.segment_bytes) {
      const size_t bytes = std::min<size_t>(train.segment_bytes, train.bytes.size() - at);
      route(train.bytes.subspan(at, bytes), train.path, train.ecn, false);
    }
  }
  for (const Neighbour& neighbour : neighbours_) {
    if (neighbour.from == nullptr) continue;
    neighbour.from->take(
        [this](Bytes packet, const NetPath& path, uint8_t ecn) { route(packet, path, ecn, true); });
  }
}

void QuicWorker::route(Bytes packet, const NetPath& path, uint8_t ecn, bool handed_over) {
  ngtcp2_version_cid header;
  const int code =
      ngtcp2_pkt_decode_version_cid(&header, packet.data(), packet.size(), ServerSecret::kConnectionIdBytes);
  if (code == NGTCP2_ERR_VERSION_NEGOTIATION) return door_.negotiate(header, packet, path, now_);
  if (code != 0 || header.dcidlen > NGTCP2_MAX_CIDLEN) {
    share_.counters.add(QuicCount::packets_malformed);
    return;
  }
  const ConnectionId id(Bytes(header.dcid, header.dcidlen));
  if (const auto at = share_.ids.find(id); at != share_.ids.end()) {
    ServerConnection& connection = *at->second;
    connection.read(packet, path, ecn, now_);
    mark(connection);
    return;
  }
  const std::optional<uint16_t> number = share_.secret.worker_of(id);
  if (number && *number != share_.number && *number < neighbours_.size() && !handed_over)
    return hand_over(*number, packet, path, ecn);
  if (header.version == 0) {
    if (number)
      door_.reset(id, packet, path, now_);
    else
      share_.counters.add(QuicCount::packets_unknown);
    return;
  }
  if (std::optional<ClientHello> hello = door_.knock(packet, path, now_)) {
    hello->takes = PathTakes::of(queue_, path.remote);
    accept(*hello, packet, ecn);
  }
}

void QuicWorker::hand_over(uint16_t number, Bytes packet, const NetPath& path, uint8_t ecn) {
  const Neighbour& neighbour = neighbours_[number];
  const bool pushed = neighbour.to != nullptr && neighbour.to->push(packet, path, ecn);
  share_.counters.add(pushed ? QuicCount::packets_handed_over : QuicCount::packets_not_handed_over);
  if (pushed) neighbour.queue->wake();
}

void QuicWorker::accept(const ClientHello& hello, Bytes packet, uint8_t ecn) {
  if (draining_ || stopping_ || !counts_.add(hello.path.remote)) return door_.refuse(hello, now_);
  Result<std::unique_ptr<ServerConnection>> made =
      ServerConnection::accept(hello, share_, credentials_, now_);
  if (!made) {
    counts_.remove(hello.path.remote);
    return door_.refuse(hello, now_);
  }
  ServerConnection& connection = **made;
  connections_.emplace(&connection, std::move(*made));
  connection.read(packet, hello.path, ecn, now_);
  mark(connection);
}

void QuicWorker::mark(ServerConnection& connection) {
  if (connection.dirty) return;
  connection.dirty = true;
  dirty_.push_back(&connection);
}

void QuicWorker::serve() {
  ready_.clear();
  service_->poll(ready_);
  // What those do now, ending an upload for one, is looked at in the next poll alone.
  if (!ready_.empty()) again_ = true;
  // Blocks that came free go to whoever waited for one.
  ready_.insert(ready_.end(), share_.starved.begin(), share_.starved.end());
  share_.starved.clear();
  for (const uint64_t id : ready_) {
    const auto at = share_.exchanges.find(id);
    if (at == share_.exchanges.end()) continue;
    ServerStream& stream = *at->second;
    mark(stream.connection());
    stream.resume();
  }
}

void QuicWorker::expire() {
  while (ServerConnection* connection = timers_.due(now_)) {
    timers_.remove(*connection);
    connection->expire(now_);
    mark(*connection);
  }
}

void QuicWorker::sweep() {
  next_sweep_ = now_ + (draining_ ? kSweepWhileDraining : kSweep);
  if (std::exchange(share_.turned_away, false))
    share_.others_wait_until =
        now_ + static_cast<uint64_t>(std::chrono::nanoseconds(share_.limits.progress_interval).count());
  for (const auto& [raw, connection] : connections_) {
    connection->sweep(now_);
    if (draining_) {
      connection->announce_shutdown();
      if (connection->open() && connection->streams() == 0) connection->close(NGHTTP3_H3_NO_ERROR, "drained");
    }
    if (stopping_) connection->close(NGHTTP3_H3_NO_ERROR, "stopped");
    mark(*connection);
  }
}

void QuicWorker::write() {
  writing_.swap(dirty_);
  for (ServerConnection* connection : writing_) connection->dirty = false;
  for (ServerConnection* connection : writing_) {
    const QuicLink::Wrote wrote = connection->write(queue_, now_);
    if (connection->gone()) {
      forget(*connection);
      continue;
    }
    timers_.set(*connection, connection->expiry());
    if (wrote == QuicLink::Wrote::all) continue;
    (wrote == QuicLink::Wrote::more ? again_ : no_room_) = true;
    mark(*connection);
  }
  writing_.clear();
}

void QuicWorker::forget(ServerConnection& connection) {
  timers_.remove(connection);
  if (connection.dirty) std::erase(dirty_, &connection);
  counts_.remove(connection.source());
  connections_.erase(&connection);
}

void QuicWorker::follow_orders() {
  if (const uint64_t until = drain_asked_.load(std::memory_order_acquire); until != 0 && !draining_) {
    draining_ = true;
    drain_until_ = until;
    next_sweep_ = now_ + kSweepWhileDraining;
    service_->drain();
    for (const auto& [raw, connection] : connections_) {
      connection->announce_shutdown();
      mark(*connection);
    }
  }
  if ((stop_asked_.load(std::memory_order_acquire) || now_ >= drain_until_) && !stopping_) {
    stopping_ = true;
    next_sweep_ = 0;
    give_up_at_ = now_ + kFarewell;
  }
}

bool QuicWorker::finished() const {
  if (!draining_ && !stopping_) return false;
  if (now_ >= give_up_at_) return true;
  const auto busy = [](const auto& entry) { return entry.first->open() || entry.first->dirty; };
  return std::none_of(connections_.begin(), connections_.end(), busy);
}

// What arrives at its queue is not for its own connections alone: others' packets, and what a port without a
// kernel lives by, are taken in until no worker has a connection.
bool QuicWorker::may_leave() {
  if (!finished()) return false;
  tell_finished();
  return workers_busy_.load(std::memory_order_acquire) == 0;
}

void QuicWorker::tell_finished() {
  if (std::exchange(told_finished_, true)) return;
  if (workers_busy_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  for (const Neighbour& neighbour : neighbours_) neighbour.queue->wake();
}

Clock::time_point QuicWorker::next_turn() const {
  uint64_t next = timers_.next();
  if (!stopping_) next = std::min(next, drain_until_);
  if (now_ < give_up_at_) next = std::min(next, give_up_at_);
  if (!connections_.empty()) next = std::min(next, next_sweep_);
  return next == UINT64_MAX ? Clock::time_point::max() : time_point_of(next);
}

void QuicWorker::publish() {
  const PacketCounters counters = queue_.counters();
  const auto store = [](std::atomic<uint64_t>& to, uint64_t value) {
    to.store(value, std::memory_order_relaxed);
  };
  store(published_.packets_in, counters.packets_in);
  store(published_.bytes_in, counters.bytes_in);
  store(published_.packets_out, counters.packets_out);
  store(published_.bytes_out, counters.bytes_out);
  store(published_.packets_cut, counters.packets_cut);
  store(published_.send_refused, counters.send_refused);
  store(published_.missed, counters.missed.value_or(0));
  published_.missed_known.store(counters.missed.has_value(), std::memory_order_release);
}

PacketCounters QuicWorker::packets() const {
  const auto load = [](const std::atomic<uint64_t>& from) { return from.load(std::memory_order_relaxed); };
  std::optional<uint64_t> missed;
  if (published_.missed_known.load(std::memory_order_acquire)) missed = load(published_.missed);
  return {load(published_.packets_in),  load(published_.bytes_in),    load(published_.packets_out),
          load(published_.bytes_out),   load(published_.packets_cut), missed,
          load(published_.send_refused)};
}

}  // namespace penstock
