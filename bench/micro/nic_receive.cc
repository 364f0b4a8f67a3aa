// SPDX-License-Identifier: Apache-2.0
// What the way from a NIC to a request's body costs: an HTTP/3 server that forgets what it receives, on a
// DPDK port, and a sender in a process of its own that gives it all it can take. Memif stands for the NIC: no
// kernel is on the way, and a packet is copied into the receiver's memory as a NIC's DMA would put it there.
//   nic_receive [--payload BYTES] [--gigabytes N] [--streams N] [--eal ARGUMENTS] [--udp]
// Bytes of UDP payload in a packet (default 8900), of all bodies together (default 8). --udp: over the
// kernel's loopback instead. Printed: Gb of body a second of the server's CPU time, of all of its threads and
// of the whole machine's softirqs; what the sender took.
#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "drivers/udp/udp_port.h"
#include "micro/body_sink.h"
#include "port/port_module.h"
#include "quic/quic_client.h"
#include "quic/quic_server.h"

namespace penstock {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint16_t kUdpPort = 4433;
constexpr char kServer[] = "10.9.0.1:4433";
constexpr char kServerOnLoopback[] = "127.0.0.1:4433";
// Frame's and IPv4's and UDP's headers, and what a memif buffer keeps free.
constexpr uint32_t kIpAndUdpBytes = 28;
constexpr uint32_t kBufferSpare = 256;
// How often the server is looked at: each look costs it something.
constexpr auto kLook = std::chrono::milliseconds(20);

struct Setting {
  uint32_t payload = 8900;
  uint64_t bytes = 8'000'000'000;
  size_t streams = 4;
  std::string eal = "--no-huge -m 512";
  bool udp = false;
};

struct Place {
  std::string folder;
  std::string certificate() const { return folder + "/certificate.pem"; }
  std::string key() const { return folder + "/key.pem"; }
  std::string socket() const { return folder + "/memif"; }
};

Result<const PortModule*> load_module() {
  void* const object = ::dlopen(PENSTOCK_BINARY_DIR "/penstock-dpdk.so", RTLD_NOW | RTLD_LOCAL);
  const void* const symbol = object == nullptr ? nullptr : ::dlsym(object, kPortModuleSymbol);
  if (symbol == nullptr) return fail(Errc::failed, "penstock-dpdk.so", ::dlerror());
  return static_cast<const PortModule*>(symbol);
}

// Memif's server is the one that makes the socket.
Result<std::unique_ptr<PacketPort>> open_memif(const Setting& setting, const Place& place, bool server) {
  PENSTOCK_TRY_ASSIGN(const PortModule* module, load_module());
  const uint32_t mtu = setting.payload + kIpAndUdpBytes;
  PortRequest request;
  request.nic = fmt::format(
      "dpdk:{} --no-shconf --no-pci --no-telemetry -l {} --vdev "
      "net_memif0,role={},socket={},socket-abstract=no,bsize={},rsize=11;"
      "port=net_memif0,addr=10.9.0.{}/24,mtu={}",
      setting.eal, server ? 0 : 1, server ? "server" : "client", place.socket(), mtu + kBufferSpare,
      server ? 1 : 2, mtu);
  request.udp_port = server ? kUdpPort : 0;
  return module->open(request);
}

Result<std::unique_ptr<PacketPort>> open_port(const Setting& setting, const Place& place, bool server) {
  if (!setting.udp) return open_memif(setting, place, server);
  UdpOptions options;
  options.packet_bytes_max = setting.payload;
  PENSTOCK_TRY_ASSIGN(const NetAddress address, parse_net_address(kServerOnLoopback));
  (server ? options.local : options.remote) = address;
  PENSTOCK_TRY_ASSIGN(std::unique_ptr<UdpPort> port, UdpPort::open(options));
  return std::unique_ptr<PacketPort>(std::move(port));
}

Status send_all(const Setting& setting, const Place& place, const std::string& fingerprint) {
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<PacketPort> port, open_port(setting, place, false));
  PENSTOCK_TRY_ASSIGN(const NetAddress server, parse_net_address(setting.udp ? kServerOnLoopback : kServer));
  QuicClientOptions options;
  options.trust = {ServerTrust::Kind::fingerprint, fingerprint};
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<QuicClient> client,
                      QuicClient::connect(port->queue(0), server, "localhost", options));
  std::vector<std::unique_ptr<Transfer>> transfers;
  for (size_t i = 0; i < setting.streams; ++i) {
    const uint64_t bytes = setting.bytes / setting.streams;
    transfers.push_back(std::make_unique<Transfer>(bytes));
    HttpRequest head;
    head.method = "PUT";
    head.path = "/";
    head.has_body = true;
    head.content_bytes = bytes;
    PENSTOCK_TRY_ASSIGN([[maybe_unused]] const uint64_t id, client->submit(head, *transfers.back()));
  }
  const Costs before = costs_of(RUSAGE_SELF);
  while (client->under_way() != 0) PENSTOCK_TRY(client->poll(Clock::time_point::max()));
  const Costs after = costs_of(RUSAGE_SELF);
  client->close();
  const double seconds = after.user + after.kernel - before.user - before.kernel;
  fmt::print("  sender: {:.1f} Gb a CPU-second\n", static_cast<double>(setting.bytes) * 8e-9 / seconds);
  for (const auto& transfer : transfers)
    if (!transfer->whole) return fail(Errc::failed, "transfer", "a body was not taken whole");
  std::fflush(stdout);
  // The peer's poll-mode driver may be looking at what this end would tear down.
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  return {};
}

// Of all CPUs, in seconds, since the machine was started.
double softirq_seconds() {
  std::ifstream file("/proc/stat");
  std::string name;
  double ticks = 0;
  file >> name;
  for (int field = 0; field < 7; ++field) file >> ticks;
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

struct Moment {
  Clock::time_point time = Clock::now();
  Costs costs = costs_of(RUSAGE_SELF);
  double softirq = softirq_seconds();
  uint64_t bytes = 0;
};

void print_result(const Setting& setting, const Moment& from, const Moment& to, const QuicServer& server) {
  const double gigabits = static_cast<double>(to.bytes - from.bytes) * 8e-9;
  const double seconds = std::chrono::duration<double>(to.time - from.time).count();
  const double user = to.costs.user - from.costs.user;
  const double kernel = to.costs.kernel - from.costs.kernel;
  const double softirq = to.softirq - from.softirq;
  fmt::print("{} bytes of payload, {}: {:.2f} Gb in {:.2f} s, {:.2f} Gb/s\n", setting.payload,
             setting.udp ? "kernel sockets on loopback" : "memif", gigabits, seconds, gigabits / seconds);
  fmt::print(
      "  server: {:.1f} Gb a CPU-second; {:.2f} s of CPU ({:.2f} in the kernel), and {:.2f} s of softirqs\n",
      gigabits / (user + kernel + softirq), user + kernel, kernel, softirq);
  const PacketCounters packets = server.packets();
  fmt::print("  {} packets in, {} out, {} refused\n", packets.packets_in, packets.packets_out,
             packets.send_refused);
}

// Until the sender has ended; what came from the first byte of a body on.
Status receive_all(const Setting& setting, const Place& place, int ready, pid_t sender) {
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<TlsIdentity> identity,
                      TlsIdentity::load(place.certificate(), place.key()));
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<PacketPort> port, open_port(setting, place, true));
  SinkCounts sink;
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<QuicServer> server,
                      QuicServer::start(*port, *identity, {}, [&sink](const std::function<void()>&) {
                        return std::make_unique<SinkService>(sink);
                      }));
  if (::write(ready, "r", 1) != 1) return fail_errno("pipe");
  int outcome = 0;
  Moment from;
  Moment to;
  bool begun = false;
  while (::waitpid(sender, &outcome, WNOHANG) == 0) {
    std::this_thread::sleep_for(kLook);
    const uint64_t bytes = sink.bytes.load(std::memory_order_relaxed);
    if (bytes == to.bytes) continue;
    to = Moment();
    to.bytes = bytes;
    if (!begun) from = to;
    begun = true;
  }
  print_result(setting, from, to, *server);
  server->stop();
  if (outcome != 0) return fail(Errc::failed, "the sender", "has failed");
  return {};
}

Status measure(const Setting& setting) {
  char folder[] = "/tmp/nic-receive-XXXXXX";
  if (::mkdtemp(folder) == nullptr) return fail_errno(folder);
  const Place place{folder};
  PENSTOCK_TRY(write_self_signed({{"localhost"}}, place.certificate(), place.key()));
  std::string fingerprint;
  {
    PENSTOCK_TRY_ASSIGN(const auto identity, TlsIdentity::load(place.certificate(), place.key()));
    fingerprint = identity->fingerprint();
  }
  int ready[2];
  if (::pipe(ready) != 0) return fail_errno("pipe");
  const pid_t sender = ::fork();
  if (sender == 0) {
    char byte = 0;
    ::close(ready[1]);
    if (::read(ready[0], &byte, 1) != 1) ::_exit(1);
    const Status sent = send_all(setting, place, fingerprint);
    if (!sent) fmt::print(stderr, "nic_receive: the sender: {}\n", sent.error().message());
    ::_exit(sent ? 0 : 1);
  }
  ::close(ready[0]);
  Status received = receive_all(setting, place, ready[1], sender);
  ::close(ready[1]);
  if (!received) ::waitpid(sender, nullptr, 0);
  for (const std::string& path : {place.certificate(), place.key(), place.socket(), place.folder})
    ::remove(path.c_str());
  return received;
}

Setting parse(int argc, char** argv) {
  Setting setting;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--udp") {
      setting.udp = true;
      continue;
    }
    const char* const value = i + 1 < argc ? argv[++i] : "";
    const uint64_t number = std::strtoull(value, nullptr, 10);
    if (name == "--payload") setting.payload = static_cast<uint32_t>(number);
    if (name == "--gigabytes") setting.bytes = number * 1'000'000'000;
    if (name == "--streams") setting.streams = number;
    if (name == "--eal") setting.eal = value;
  }
  return setting;
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  const penstock::Status status = penstock::measure(penstock::parse(argc, argv));
  if (!status) fmt::print(stderr, "nic_receive: {}\n", status.error().message());
  return status ? 0 : 1;
}
