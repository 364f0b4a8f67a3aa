// SPDX-License-Identifier: Apache-2.0
// Bytes over HTTP/3 between a client and a server in this process, over loopback: how fast, and what it costs
// each side. The kernel's share is within both; what it does for a packet on loopback is charged to its
// sender.
//   quic_transfer [up|down] [BYTES] [PACKET_BYTES] [STREAMS] [ACK_BYTES] [WINDOW_BYTES] [offload|single]
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "drivers/udp/udp_port.h"
#include "micro/body_sink.h"
#include "quic/quic_client.h"
#include "quic/quic_server.h"

namespace penstock {
namespace {

struct Setting {
  bool up = true;
  uint64_t bytes = uint64_t{2} << 30;
  uint32_t packet_bytes = 32500;
  size_t streams = 1;
  size_t acknowledge_after = 65'000;
  size_t window_bytes = size_t{16} << 20;
  bool offload = true;
};

Status transfer(QuicClient& client, const Setting& setting) {
  std::vector<std::unique_ptr<Transfer>> transfers;
  for (size_t i = 0; i < setting.streams; ++i) {
    const uint64_t bytes = setting.bytes / setting.streams;
    transfers.push_back(std::make_unique<Transfer>(bytes));
    HttpRequest head;
    head.method = setting.up ? "PUT" : "GET";
    head.path = "/";
    if (!setting.up) head.query = std::to_string(bytes);
    head.has_body = setting.up;
    if (setting.up) head.content_bytes = bytes;
    PENSTOCK_TRY_ASSIGN([[maybe_unused]] const uint64_t id, client.submit(head, *transfers.back()));
  }
  while (client.under_way() != 0) PENSTOCK_TRY(client.poll(std::chrono::steady_clock::time_point::max()));
  return {};
}

void print_line(const char* who, const Costs& costs, double gigabytes) {
  fmt::print("  {:8} {:.3f} CPU-s a GB ({:.3f} in the kernel)\n", who,
             (costs.user + costs.kernel) / gigabytes, costs.kernel / gigabytes);
}

Status measure(const Setting& setting) {
  char folder[] = "/tmp/quic-transfer-XXXXXX";
  if (::mkdtemp(folder) == nullptr) return fail_errno(folder);
  const std::string certificate = std::string(folder) + "/certificate.pem";
  const std::string key = std::string(folder) + "/key.pem";
  PENSTOCK_TRY(write_self_signed({{"localhost"}}, certificate, key));
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<TlsIdentity> identity, TlsIdentity::load(certificate, key));
  ::remove(certificate.c_str());
  ::remove(key.c_str());
  ::remove(folder);

  UdpOptions udp;
  udp.packet_bytes_max = setting.packet_bytes;
  udp.segmentation_offload = udp.receive_offload = setting.offload;
  PENSTOCK_TRY_ASSIGN(udp.local, parse_net_address("127.0.0.1:0"));
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<UdpPort> port, UdpPort::open(udp));
  UdpOptions client_udp = udp;
  client_udp.local = {};
  client_udp.remote = port->local_address();
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<UdpPort> client_port, UdpPort::open(client_udp));

  SinkCounts sink;
  QuicServerOptions options;
  options.limits.window_bytes_max = std::max(setting.window_bytes, options.limits.window_bytes_first);
  options.limits.acknowledge_after_bytes = setting.acknowledge_after;
  PENSTOCK_TRY_ASSIGN(std::unique_ptr<QuicServer> server,
                      QuicServer::start(*port, *identity, options, [&sink](const std::function<void()>&) {
                        return std::make_unique<SinkService>(sink);
                      }));
  QuicClientOptions client_options;
  client_options.trust = {ServerTrust::Kind::fingerprint, identity->fingerprint()};
  client_options.acknowledge_after_bytes = setting.acknowledge_after;
  client_options.window_bytes = client_options.stream_window_bytes = setting.window_bytes;
  PENSTOCK_TRY_ASSIGN(
      const std::unique_ptr<QuicClient> client,
      QuicClient::connect(client_port->queue(0), port->local_address(), "localhost", client_options));
  const Costs before = costs_of(RUSAGE_THREAD);
  const auto begin = std::chrono::steady_clock::now();
  PENSTOCK_TRY(transfer(*client, setting));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const Costs after = costs_of(RUSAGE_THREAD);
  const PacketCounters packets = server->packets();
  client->close();
  server->stop();
  const double gigabytes = static_cast<double>(setting.bytes) * 1e-9;
  const Costs client_costs{after.user - before.user, after.kernel - before.kernel};
  fmt::print("{:.2f} GB {} in packets of {} bytes, {} streams, acknowledged after {} bytes: {:.2f} GB/s\n",
             gigabytes, setting.up ? "up" : "down", setting.packet_bytes, setting.streams,
             setting.acknowledge_after, gigabytes / seconds);
  print_line("client", client_costs, gigabytes);
  print_line("server", sink.costs, gigabytes);
  print_line("both", {client_costs.user + sink.costs.user, client_costs.kernel + sink.costs.kernel},
             gigabytes);
  fmt::print("  {} packets in, {} out, {} missed\n", packets.packets_in, packets.packets_out,
             packets.missed.value_or(0));
  return {};
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  penstock::Setting setting;
  const auto number = [&](int index, uint64_t otherwise) {
    return argc > index ? std::strtoull(argv[index], nullptr, 10) : otherwise;
  };
  setting.up = argc <= 1 || std::string(argv[1]) != "down";
  setting.bytes = number(2, setting.bytes);
  setting.packet_bytes = static_cast<uint32_t>(number(3, setting.packet_bytes));
  setting.streams = number(4, setting.streams);
  setting.acknowledge_after = number(5, setting.acknowledge_after);
  setting.window_bytes = number(6, setting.window_bytes);
  setting.offload = argc <= 7 || std::string(argv[7]) != "single";
  const penstock::Status status = penstock::measure(setting);
  if (!status) fmt::print(stderr, "quic_transfer: {}\n", status.error().message());
  return status ? 0 : 1;
}
