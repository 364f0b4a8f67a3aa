// SPDX-License-Identifier: Apache-2.0
// Connections to a server of HTTP/3 whose streams break the rules: each known way, and as many by chance
// again:
//   hostile_connections --server ADDR:PORT --token TOKEN --connections N [--seed N]
// Prints how many the server ended.
#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <string>

#include "fault/hostile_streams.h"
#include "fault/load_socket.h"
#include "fault/raw_quic.h"

namespace penstock {
namespace {

constexpr uint32_t kPacketBytes = 1452;

[[noreturn]] void end_with(const std::string& why) {
  fmt::print(stderr, "hostile_connections: {}\n", why);
  std::exit(1);
}

// Whether the server ended the connection.
bool converse(const NetAddress& server, const std::string& token, uint64_t way, SeededRandom& random,
              LoadBuffers& buffers) {
  const auto socket = LoadSocket::open(server, kPacketBytes, buffers);
  if (!socket) end_with(socket.error().message());
  const auto connected = RawQuic::connect(**socket, server);
  if (!connected) end_with(connected.error().message());
  RawQuic& raw = **connected;
  for (HostileStream& stream : hostile_streams(way, random, token)) {
    const int64_t id = raw.begin_stream_to(stream.one_way);
    if (id < 0) continue;
    raw.write_stream(id, std::move(stream.bytes), stream.last);
    if (stream.reset) raw.reset_stream(id, random.next() >> 2);
  }
  raw.poll_until(RawQuic::Clock::now() + std::chrono::milliseconds(random.below(30)));
  const bool ended = raw.was_ended();
  // A third is left as it is.
  if (!random.chance(0.33)) raw.say_goodbye();
  return ended;
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  std::map<std::string, std::string> given = {{"--seed", "1"}};
  for (int i = 1; i + 1 < argc; i += 2) given[argv[i]] = argv[i + 1];
  const auto server = penstock::parse_net_address(given["--server"]);
  if (!server) penstock::end_with(server.error().message());
  penstock::SeededRandom random(std::strtoull(given["--seed"].c_str(), nullptr, 10));
  penstock::LoadBuffers buffers;
  uint64_t ended = 0;
  const uint64_t connections = std::strtoull(given["--connections"].c_str(), nullptr, 10);
  for (uint64_t i = 0; i < connections; ++i) {
    const uint64_t way = i % (2 * penstock::hostile_ways());
    ended += penstock::converse(*server, given["--token"], way, random, buffers) ? 1 : 0;
  }
  fmt::print("{}\n", ended);
  return 0;
}
