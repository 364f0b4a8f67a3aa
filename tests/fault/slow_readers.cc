// SPDX-License-Identifier: Apache-2.0
// Clients that ask a server of HTTP/3 for an object, many times, and take a little of the answer alone:
//   slow_readers --server ADDR:PORT --token TOKEN --path /ipfs/CID [--connections N] [--streams N]
// Says "reading" once all answers have begun, and goes on until it is killed.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fault/load_socket.h"
#include "quic/quic_client.h"

namespace penstock {
namespace {

using Clock = LoadSocket::Clock;

[[noreturn]] void end_with(const std::string& why) {
  fmt::print(stderr, "slow_readers: {}\n", why);
  std::exit(1);
}

class SlowReader : public QuicRequest {
 public:
  void response(const HttpResponse& head) override {
    if (head.status != 200) end_with("the answer is " + std::to_string(head.status));
    begun = true;
  }
  size_t take_body(Bytes bytes) override {
    if (took_) return 0;
    took_ = true;
    return bytes.size() / 2;
  }
  void finished(Status) override { begun = true; }
  bool begun = false;

 private:
  bool took_ = false;
};

struct SlowConnection {
  std::unique_ptr<LoadSocket> socket{};
  std::vector<std::unique_ptr<SlowReader>> readers{};
  std::unique_ptr<QuicClient> client{};
  bool over = false;
};

class SlowReaders {
 public:
  void begin(const NetAddress& server, const HttpRequest& head, size_t streams) {
    constexpr uint32_t kPacketBytes = 1452;
    SlowConnection& made = connections_.emplace_back();
    auto socket = LoadSocket::open(server, kPacketBytes, buffers_);
    if (!socket) end_with(socket.error().message());
    made.socket = std::move(*socket);
    QuicClientOptions options;
    options.trust.kind = ServerTrust::Kind::anyone;
    auto client = QuicClient::connect(*made.socket, server, "localhost", options);
    if (!client) end_with(client.error().message());
    made.client = std::move(*client);
    made.socket->wait_itself(false);
    for (size_t i = 0; i < streams; ++i) {
      made.readers.push_back(std::make_unique<SlowReader>());
      if (!made.client->submit(head, *made.readers.back())) end_with("a connection was lost");
    }
  }

  [[noreturn]] void run() {
    bool said = false;
    for (;;) {
      bool all_begun = true;
      for (SlowConnection& connection : connections_) {
        connection.over = connection.over || !connection.client->poll(Clock::time_point::max());
        for (const auto& reader : connection.readers) all_begun = all_begun && reader->begun;
      }
      if (all_begun && !said) {
        std::puts("reading");
        std::fflush(stdout);
        said = true;
      }
      ::usleep(1000);
    }
  }

 private:
  LoadBuffers buffers_;
  std::vector<SlowConnection> connections_;
};

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  std::map<std::string, std::string> given = {{"--connections", "50"}, {"--streams", "4"}};
  for (int i = 1; i + 1 < argc; i += 2) given[argv[i]] = argv[i + 1];
  const auto server = penstock::parse_net_address(given["--server"]);
  if (!server) penstock::end_with(server.error().message());
  penstock::HttpRequest head;
  head.method = "GET";
  head.path = given["--path"];
  head.fields.push_back({"authorization", "Bearer " + given["--token"]});
  penstock::SlowReaders readers;
  for (uint64_t i = std::strtoull(given["--connections"].c_str(), nullptr, 10); i > 0; --i)
    readers.begin(*server, head, std::strtoull(given["--streams"].c_str(), nullptr, 10));
  readers.run();
}
