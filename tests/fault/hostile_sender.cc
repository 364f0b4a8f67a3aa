// SPDX-License-Identifier: Apache-2.0
// Datagrams that no client sends, to a UDP server, from several ports:
//   hostile_sender --server ADDR:PORT [--seed N] [--noise N] [--capture FILE --altered N] [--per-second N]
// Noise first; then packets of a capture (lossy_relay --capture), altered, cut off, or as they are. Prints
// how many the kernel took.
#include <sys/socket.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "fault/datagram_batch.h"
#include "fault/packet_forger.h"
#include "ingest/owned_fd.h"
#include "port/net_address.h"

namespace penstock {
namespace {

using Clock = std::chrono::steady_clock;
using Packet = std::vector<uint8_t>;

constexpr size_t kSockets = 16;
constexpr size_t kRoom = size_t{64} << 10;

[[noreturn]] void end_with(const std::string& why) {
  std::fprintf(stderr, "hostile_sender: %s\n", why.c_str());
  std::exit(2);
}

uint64_t number(const std::string& text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) end_with(text + " is no number");
  return value;
}

struct HostileOptions {
  NetAddress server{};
  uint64_t seed = 1;
  uint64_t noise = 0;
  std::string capture{};
  uint64_t altered = 0;
  uint64_t per_second = 100'000;  // what the server's socket has room for between two looks
};

std::vector<Packet> read_capture(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<Packet> packets;
  uint32_t bytes = 0;
  while (file.read(reinterpret_cast<char*>(&bytes), sizeof bytes)) {
    Packet packet(bytes);
    if (bytes == 0 || bytes > kRoom || !file.read(reinterpret_cast<char*>(packet.data()), bytes)) break;
    packets.push_back(std::move(packet));
  }
  if (packets.empty()) end_with(path + " has no packets");
  return packets;
}

class HostileSender {
 public:
  explicit HostileSender(const HostileOptions& options)
      : options_(options),
        forger_(options.seed),
        random_(options.seed + 1),
        rooms_(DatagramBatch::kMax * kRoom) {
    for (size_t i = 0; i < kSockets; ++i) {
      OwnedFd socket(::socket(options.server.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
      if (!socket || ::connect(socket.get(), options.server.raw(), options.server.raw_bytes()) != 0)
        end_with("no socket");
      sockets_.push_back(std::move(socket));
    }
  }

  // `make` fills a prefix of the room, and says how much.
  void send(uint64_t count, const std::function<size_t(MutableBytes)>& make) {
    const auto begun = Clock::now();
    for (uint64_t made = 0; made < count;) {
      const auto batch = static_cast<size_t>(std::min<uint64_t>(DatagramBatch::kMax, count - made));
      for (size_t i = 0; i < batch; ++i) {
        const MutableBytes room = MutableBytes(rooms_).subspan(i * kRoom, kRoom);
        batch_.put(i, room.first(make(room)), nullptr);
      }
      taken_ += batch_.send(sockets_[random_.below(kSockets)].get(), batch);
      made += batch;
      std::this_thread::sleep_until(begun +
                                    std::chrono::microseconds(made * 1'000'000 / options_.per_second));
    }
  }

  void run() {
    send(options_.noise, [this](MutableBytes room) { return forger_.noise(room); });
    if (options_.altered == 0) return;
    const std::vector<Packet> packets = read_capture(options_.capture);
    send(options_.altered, [&](MutableBytes room) {
      const Packet& packet = packets[random_.below(packets.size())];
      std::memcpy(room.data(), packet.data(), packet.size());
      return forger_.alter(room, packet.size());
    });
  }
  uint64_t taken() const { return taken_; }

 private:
  const HostileOptions options_;
  PacketForger forger_;
  SeededRandom random_;
  Packet rooms_;
  std::vector<OwnedFd> sockets_;
  DatagramBatch batch_;
  uint64_t taken_ = 0;
};

int run(int argc, char** argv) {
  HostileOptions options;
  using Setter = std::function<void(const std::string&)>;
  const std::map<std::string_view, Setter> setters = {
      {"--server",
       [&](const std::string& text) {
         const auto parsed = parse_net_address(text);
         if (!parsed) end_with(parsed.error().message());
         options.server = *parsed;
       }},
      {"--seed", [&](const std::string& text) { options.seed = number(text); }},
      {"--noise", [&](const std::string& text) { options.noise = number(text); }},
      {"--capture", [&](const std::string& text) { options.capture = text; }},
      {"--altered", [&](const std::string& text) { options.altered = number(text); }},
      {"--per-second", [&](const std::string& text) { options.per_second = number(text); }}};
  for (int i = 1; i < argc; i += 2) {
    const auto setter = setters.find(argv[i]);
    if (setter == setters.end() || i + 1 == argc)
      end_with(std::string(argv[i]) + ": unknown, or without a value");
    setter->second(argv[i + 1]);
  }
  if (options.server.empty() || options.per_second == 0)
    end_with("--server is missing, or --per-second is 0");
  HostileSender sender(options);
  sender.run();
  std::printf("%llu\n", static_cast<unsigned long long>(sender.taken()));
  return 0;
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  return penstock::run(argc, argv);
}
