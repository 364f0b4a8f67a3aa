// SPDX-License-Identifier: Apache-2.0
#include "fault/lossy_relay.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace penstock {
namespace {

using Clock = DelayQueue::Clock;

// Of what epoll reports; others are sessions.
constexpr uint32_t kClients = UINT32_MAX;
constexpr uint32_t kTimer = UINT32_MAX - 1;
constexpr uint32_t kStop = UINT32_MAX - 2;
constexpr int kSocketBufferBytes = 8 << 20;
// Batches that are received from one socket before others have their turn.
constexpr size_t kBatchesAtOnce = 4;

OwnedFd udp_socket(int family) {
  OwnedFd fd(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  for (const int option : {SO_RCVBUF, SO_SNDBUF, SO_RCVBUFFORCE, SO_SNDBUFFORCE})
    ::setsockopt(fd.get(), SOL_SOCKET, option, &kSocketBufferBytes, sizeof kSocketBufferBytes);
  return fd;
}

bool watch(int epoll, int fd, uint32_t what) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = what;
  return ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

NetAddress loopback_of(int family) {
  return *parse_net_address(family == AF_INET6 ? "[::1]:0" : "127.0.0.1:0");
}

std::string direction_text(const char* name, const LossyRelayCounters::Direction& of) {
  return std::string(name) + " received " + std::to_string(of.received) + " (" +
         std::to_string(of.received_bytes) + " B) lost " + std::to_string(of.lost) + " crowded-out " +
         std::to_string(of.crowded_out) + " reordered " + std::to_string(of.reordered) + " duplicated " +
         std::to_string(of.duplicated) + " altered " + std::to_string(of.altered) + " sent " +
         std::to_string(of.sent) + " refused " + std::to_string(of.refused) + "\n";
}

}  // namespace

std::string LossyRelayCounters::text() const {
  return direction_text("to-server:", to_server) + direction_text("to-client:", to_client) +
         "clients: " + std::to_string(clients) + " refused " + std::to_string(clients_refused) + "\n";
}

LossyRelay::LossyRelay(const LossyRelayOptions& options)
    : options_(options),
      queue_(options.datagrams + DatagramBatch::kMax),
      to_server_(options.path, 0),
      to_client_(options.path, 1),
      forger_(options.path.seed) {
  for (size_t i = 0; i < DatagramBatch::kMax; ++i) {
    incoming_slots_.push_back(*queue_.take_slot());
    incoming_.receive_into(i, queue_.bytes_of(incoming_slots_.back()));
  }
  outgoing_entries_.reserve(DatagramBatch::kMax);
}

Result<std::unique_ptr<LossyRelay>> LossyRelay::start(const LossyRelayOptions& options) {
  std::unique_ptr<LossyRelay> relay(new LossyRelay(options));
  PENSTOCK_TRY(relay->open());
  relay->thread_ = std::thread([running = relay.get()] { running->run(); });
  return relay;
}

LossyRelay::~LossyRelay() {
  stop();
}

Status LossyRelay::open() {
  if (options_.server.empty()) return fail(Errc::usage, "relay", "no server to relay to");
  if (options_.listen.empty()) options_.listen = loopback_of(options_.server.family());
  if (!options_.capture.empty()) {
    capture_.open(options_.capture, std::ios::binary);
    if (!capture_) return fail_errno(options_.capture);
  }
  socket_ = udp_socket(options_.listen.family());
  epoll_ = OwnedFd(::epoll_create1(EPOLL_CLOEXEC));
  timer_ = OwnedFd(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  stop_event_ = OwnedFd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!socket_ || !epoll_ || !timer_ || !stop_event_) return fail_errno("relay");
  if (::bind(socket_.get(), options_.listen.raw(), options_.listen.raw_bytes()) != 0)
    return fail_errno(options_.listen.text());
  sockaddr_in6 bound{};
  socklen_t bytes = sizeof bound;
  if (::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&bound), &bytes) != 0)
    return fail_errno("relay");
  address_ = NetAddress(reinterpret_cast<const sockaddr*>(&bound), bytes);
  if (!watch(epoll_.get(), socket_.get(), kClients) || !watch(epoll_.get(), timer_.get(), kTimer) ||
      !watch(epoll_.get(), stop_event_.get(), kStop)) {
    return fail_errno("relay");
  }
  return {};
}

void LossyRelay::stop() {
  stopping_ = true;
  if (stop_event_) ::eventfd_write(stop_event_.get(), 1);
  if (thread_.joinable()) thread_.join();
}

LossyRelayCounters LossyRelay::counters() const {
  const std::lock_guard lock(published_mutex_);
  return published_;
}

void LossyRelay::run() {
  while (!stopping_) {
    wait();
    send_due();
    const std::lock_guard lock(published_mutex_);
    published_ = counters_;
  }
}

void LossyRelay::wait() {
  set_timer();
  std::array<epoll_event, 64> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), -1);
  for (int i = 0; i < count; ++i) {
    const uint32_t what = events[i].data.u32;
    if (what == kClients) {
      receive_from_clients();
    } else if (what < kStop) {
      receive_from_server(what);
    }
  }
}

// To the next datagram's time. Setting it takes back that it was readable.
void LossyRelay::set_timer() {
  itimerspec spec{};
  if (const auto due = queue_.next_due()) {
    // A timer at 0 would be off.
    const auto since_start = std::max(due->time_since_epoch(), Clock::duration(1));
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(since_start);
    spec.it_value.tv_sec = whole.count();
    spec.it_value.tv_nsec = std::chrono::nanoseconds(since_start - whole).count();
  }
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

void LossyRelay::receive_from_clients() {
  for (size_t batch = 0; batch < kBatchesAtOnce; ++batch) {
    const size_t count = incoming_.receive(socket_.get());
    const Clock::time_point now = Clock::now();
    for (size_t i = 0; i < count; ++i) {
      const int32_t session = session_of(incoming_.sender(i));
      if (session >= 0) pass_on(i, static_cast<uint32_t>(session), true, now);
    }
    if (count < DatagramBatch::kMax) return;
  }
}

void LossyRelay::receive_from_server(uint32_t session) {
  for (size_t batch = 0; batch < kBatchesAtOnce; ++batch) {
    const size_t count = incoming_.receive(sessions_[session].socket.get());
    const Clock::time_point now = Clock::now();
    for (size_t i = 0; i < count; ++i) pass_on(i, session, false, now);
    if (count < DatagramBatch::kMax) return;
  }
}

void LossyRelay::pass_on(size_t index, uint32_t session, bool to_server, Clock::time_point now) {
  LossyRelayCounters::Direction& counters = to_server ? counters_.to_server : counters_.to_client;
  const size_t bytes = incoming_.received_bytes(index);
  ++counters.received;
  counters.received_bytes += bytes;
  if (to_server && capture_.is_open()) capture(index);
  const LossyPath::Fate fate = (to_server ? to_server_ : to_client_).decide(bytes, now);
  if (fate.crowded_out) {
    ++counters.crowded_out;
    return;
  }
  if (fate.copies == 0) {
    ++counters.lost;
    return;
  }
  if (fate.reordered) ++counters.reordered;
  if (fate.copies == 2) {
    ++counters.duplicated;
    enqueue(index, session, to_server, fate.due[1], false);
  }
  // Of those that are due together the first comes first.
  if (fate.altered) {
    ++counters.altered;
    enqueue(index, session, to_server, fate.due[0], true);
  }
  enqueue(index, session, to_server, fate.due[0], false);
}

void LossyRelay::capture(size_t index) {
  constexpr uint64_t kCapturedBytesMax = 16 << 20;
  const auto bytes = static_cast<uint32_t>(incoming_.received_bytes(index));
  if (captured_bytes_ + bytes > kCapturedBytesMax) return;
  captured_bytes_ += bytes;
  capture_.write(reinterpret_cast<const char*>(&bytes), sizeof bytes);
  capture_.write(reinterpret_cast<const char*>(queue_.bytes_of(incoming_slots_[index]).data()), bytes);
}

// A copy: what was received stays for another one, which costs less than it is worth to avoid.
void LossyRelay::enqueue(size_t index, uint32_t session, bool to_server, Clock::time_point due,
                         bool altered) {
  const std::optional<DelayQueue::Slot> slot = queue_.take_slot();
  if (!slot) {
    ++(to_server ? counters_.to_server : counters_.to_client).crowded_out;
    return;
  }
  size_t bytes = incoming_.received_bytes(index);
  std::memcpy(queue_.bytes_of(*slot).data(), queue_.bytes_of(incoming_slots_[index]).data(), bytes);
  if (altered && bytes != 0) bytes = forger_.alter(queue_.bytes_of(*slot), bytes);
  DelayQueue::Entry entry;
  entry.due = due;
  entry.slot = *slot;
  entry.bytes = static_cast<uint32_t>(bytes);
  entry.session = session;
  entry.to_server = to_server;
  queue_.push(entry);
}

void LossyRelay::send_due() {
  const Clock::time_point now = Clock::now();
  while (const auto entry = queue_.pop(now)) {
    if (!outgoing_entries_.empty()) {
      const DelayQueue::Entry& before = outgoing_entries_.back();
      const bool same_socket =
          before.to_server == entry->to_server && (!entry->to_server || before.session == entry->session);
      if (!same_socket || outgoing_entries_.size() == DatagramBatch::kMax) send_batch();
    }
    outgoing_entries_.push_back(*entry);
  }
  if (!outgoing_entries_.empty()) send_batch();
}

void LossyRelay::send_batch() {
  const bool to_server = outgoing_entries_.front().to_server;
  for (size_t i = 0; i < outgoing_entries_.size(); ++i) {
    const DelayQueue::Entry& entry = outgoing_entries_[i];
    outgoing_.put(i, queue_.bytes_of(entry.slot).first(entry.bytes),
                  to_server ? nullptr : &sessions_[entry.session].client);
  }
  const int fd = to_server ? sessions_[outgoing_entries_.front().session].socket.get() : socket_.get();
  const size_t sent = outgoing_.send(fd, outgoing_entries_.size());
  LossyRelayCounters::Direction& counters = to_server ? counters_.to_server : counters_.to_client;
  counters.sent += sent;
  counters.refused += outgoing_entries_.size() - sent;
  for (const DelayQueue::Entry& entry : outgoing_entries_) queue_.give_back(entry.slot);
  outgoing_entries_.clear();
}

// Negative: there are too many clients.
int32_t LossyRelay::session_of(const NetAddress& client) {
  ClientKey key{};
  key[0] = static_cast<uint8_t>(client.family());
  key[1] = static_cast<uint8_t>(client.port());
  key[2] = static_cast<uint8_t>(client.port() >> 8);
  if (client.family() == AF_INET) {
    std::memcpy(&key[3], &reinterpret_cast<const sockaddr_in*>(client.raw())->sin_addr, 4);
  } else {
    std::memcpy(&key[3], &reinterpret_cast<const sockaddr_in6*>(client.raw())->sin6_addr, 16);
  }
  const auto found = session_by_client_.find(key);
  if (found != session_by_client_.end()) return static_cast<int32_t>(found->second);
  OwnedFd socket;
  if (sessions_.size() < options_.clients) socket = udp_socket(options_.server.family());
  const auto number = static_cast<uint32_t>(sessions_.size());
  if (!socket || ::connect(socket.get(), options_.server.raw(), options_.server.raw_bytes()) != 0 ||
      !watch(epoll_.get(), socket.get(), number)) {
    ++counters_.clients_refused;
    return -1;
  }
  sessions_.push_back({std::move(socket), client});
  session_by_client_.emplace(key, number);
  ++counters_.clients;
  return static_cast<int32_t>(number);
}

}  // namespace penstock
