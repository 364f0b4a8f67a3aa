// SPDX-License-Identifier: Apache-2.0
// Many clients at once, each with a connection of its own, that send small objects to a server:
//   many_senders --server ADDRESS:PORT --fingerprint HEX --tokens TOKEN[,...] [--connections N] [--objects N]
//                [--bytes-max N] [--packet-bytes N] [--threads N] [--seed N]
// Each object that was answered with 201 is a line of JSON on standard output, and the sums are the last one.
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <barrier>
#include <functional>
#include <map>
#include <sstream>
#include <thread>

#include "fault/load_client.h"

namespace penstock {
namespace {

using Clock = LoadSocket::Clock;

[[noreturn]] void end_with(const std::string& why) {
  fmt::print(stderr, "many_senders: {}\n", why);
  std::exit(1);
}

// The clients of one thread.
class LoadThread {
 public:
  LoadThread(const LoadPlan& plan, size_t first, size_t step) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (size_t i = first; i < plan.connections; i += step)
      clients_.push_back(std::make_unique<LoadClient>(plan, i, buffers_));
  }

  Status connect() {
    for (size_t i = 0; i < clients_.size(); ++i) {
      PENSTOCK_TRY(clients_[i]->connect());
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, clients_[i]->socket().descriptor(), &event) != 0)
        return fail_errno("epoll");
    }
    return {};
  }

  Status run() {
    for (const auto& client : clients_) PENSTOCK_TRY(client->advance());
    while (!std::ranges::all_of(clients_, &LoadClient::over,
                                [](const auto& client) -> LoadClient& { return *client; })) {
      PENSTOCK_TRY(advance_readable());
      PENSTOCK_TRY(advance_due());
    }
    return {};
  }

  const std::vector<std::unique_ptr<LoadClient>>& clients() const { return clients_; }

 private:
  Status advance_readable() {
    std::array<epoll_event, 256> events;
    constexpr int kMilliseconds = 5;
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), kMilliseconds);
    for (int i = 0; i < count; ++i) PENSTOCK_TRY(clients_[events[i].data.u64]->advance());
    return {};
  }
  // Timers of QUIC: looked at now and then.
  Status advance_due() {
    constexpr auto kPause = std::chrono::milliseconds(2);
    const auto now = Clock::now();
    if (now < next_look_) return {};
    next_look_ = now + kPause;
    for (const auto& client : clients_) {
      if (client->socket().due() <= now) PENSTOCK_TRY(client->advance());
    }
    return {};
  }

  LoadBuffers buffers_;
  OwnedFd epoll_;
  std::vector<std::unique_ptr<LoadClient>> clients_;
  Clock::time_point next_look_{};
};

struct LoadTimes {
  Clock::time_point connected{};
  Clock::time_point ended{};
};

void print_receipts(const LoadThread& thread) {
  for (const auto& client : thread.clients()) {
    for (const LoadReceipt& got : client->receipts()) {
      fmt::print("{{\"name\":\"load-{}\",\"sha256\":\"{}\",\"cid\":\"{}\",\"commit\":\"{}\",\"bytes\":{}}}\n",
                 got.number, got.sha256.hex(), got.receipt.cid.text(), got.receipt.commit.text(),
                 got.receipt.bytes);
    }
  }
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int run(const LoadPlan& plan, size_t threads) {
  std::vector<std::unique_ptr<LoadThread>> loads;
  for (size_t i = 0; i < threads; ++i) loads.push_back(std::make_unique<LoadThread>(plan, i, threads));
  LoadTimes times;
  const auto begun = Clock::now();
  std::barrier connected(static_cast<ptrdiff_t>(threads),
                         [&times]() noexcept { times.connected = Clock::now(); });
  std::vector<std::thread> running;
  running.reserve(loads.size());
  for (const auto& load : loads) {
    running.emplace_back([&connected, raw = load.get()] {
      if (const Status status = raw->connect(); !status) end_with(status.error().message());
      connected.arrive_and_wait();
      if (const Status status = raw->run(); !status) end_with(status.error().message());
    });
  }
  for (std::thread& thread : running) thread.join();
  times.ended = Clock::now();
  size_t objects = 0;
  size_t refused = 0;
  for (const auto& load : loads) {
    print_receipts(*load);
    for (const auto& client : load->clients()) {
      objects += client->receipts().size();
      refused += client->refused();
    }
  }
  const auto seconds = [](Clock::duration time) { return std::chrono::duration<double>(time).count(); };
  fmt::print(
      "{{\"connections\":{},\"objects\":{},\"refused\":{},\"connect_seconds\":{:.3f},\"seconds\":{:.3f},"
      "\"cpu_seconds\":{:.2f}}}\n",
      plan.connections, objects, refused, seconds(times.connected - begun),
      seconds(times.ended - times.connected), cpu_seconds());
  return 0;
}

void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  using penstock::end_with;
  penstock::LoadPlan plan;
  size_t threads = 2;
  const std::map<std::string_view, std::function<void(const std::string&)>> setters = {
      {"--server",
       [&](const std::string& text) {
         const auto address = penstock::parse_net_address(text);
         if (!address) end_with(address.error().message());
         plan.server = *address;
       }},
      {"--fingerprint",
       [&](const std::string& text) {
         plan.quic.trust = {penstock::ServerTrust::Kind::fingerprint, text};
       }},
      {"--tokens",
       [&](const std::string& text) {
         std::istringstream stream(text);
         for (std::string token; std::getline(stream, token, ',');) plan.tokens.push_back(token);
       }},
      {"--connections", [&](const std::string& text) { plan.connections = std::stoul(text); }},
      {"--objects", [&](const std::string& text) { plan.objects = std::stoul(text); }},
      {"--bytes-max", [&](const std::string& text) { plan.object_bytes_max = std::stoul(text); }},
      {"--packet-bytes",
       [&](const std::string& text) { plan.packet_bytes = static_cast<uint32_t>(std::stoul(text)); }},
      {"--threads", [&](const std::string& text) { threads = std::stoul(text); }},
      {"--seed", [&](const std::string& text) { plan.seed = std::stoull(text); }}};
  for (int i = 1; i < argc; i += 2) {
    const auto setter = setters.find(argv[i]);
    if (setter == setters.end() || i + 1 == argc)
      end_with(std::string(argv[i]) + ": unknown, or without a value");
    setter->second(argv[i + 1]);
  }
  if (plan.server.empty() || plan.tokens.empty()) end_with("--server and --tokens are needed");
  penstock::allow_many_descriptors();
  return penstock::run(plan, threads);
}
