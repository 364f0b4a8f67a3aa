// SPDX-License-Identifier: Apache-2.0
// A port over one end of a veth pair (net_af_packet), with Linux's own stack at the other. It runs in a
// network namespace of its own (unshare -Urn); where there may be none, it is left out.
#include <gtest/gtest.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <rte_bus_vdev.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include "drivers/eal/eal.h"
#include "drivers/udp/udp_port.h"
#include "quic/quic_client.h"
#include "quic/quic_server.h"
#include "unit/base/sanitized.h"
#include "unit/nic/nic_case.h"
#include "unit/quic/counting_service.h"
#include "unit/quic/test_identity.h"
#include "unit/quic/test_request.h"

namespace penstock {
namespace {

bool run(const std::string& command) {
  // NOLINTNEXTLINE(cert-env33-c): its words are this file's
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

// Else the kernel leaves checksums, and the cutting of trains, to a NIC that veth is not.
bool finish_packets(const char* interface) {
  ethtool_value off{ETHTOOL_STXCSUM, 0};
  ifreq request{};
  std::strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  request.ifr_data = reinterpret_cast<char*>(&off);
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  const bool done = ::ioctl(socket, SIOCETHTOOL, &request) == 0;
  ::close(socket);
  return done;
}

class NicVethTest : public testing::Test {
 protected:
  // Rings stay below 8 MiB, which is what may be locked in memory everywhere. The port has end "pen0", the
  // kernel "pen1", at 10.0.0.2 and 2001:db8::2.
  void connect(const std::string& mtu, const std::string& device_arguments) {
    ASSERT_TRUE(run("ip link add pen0 type veth peer name pen1"));
    ASSERT_TRUE(run("ip link set pen0 mtu " + mtu) && run("ip link set pen1 mtu " + mtu));
    // Nothing of the kernel's answers for the port's end.
    (void)run("echo 1 > /proc/sys/net/ipv6/conf/pen0/disable_ipv6");
    ASSERT_TRUE(finish_packets("pen1"));
    ASSERT_TRUE(run("ip addr add 10.0.0.2/24 dev pen1") && run("ip addr add 2001:db8::2/64 dev pen1 nodad"));
    ASSERT_TRUE(run("ip link set lo up") && run("ip link set pen0 up") && run("ip link set pen1 up"));
    static int made = 0;
    device_ = "net_af_packet" + std::to_string(made++);
    ASSERT_EQ(rte_vdev_init(device_.c_str(), ("iface=pen0" + device_arguments).c_str()), 0) << eal_reason("");
  }
  std::unique_ptr<DpdkPort> open(const std::string& more, size_t queues) {
    PortRequest request;
    request.nic = nic_of(device_, "addr=10.0.0.1/24,addr=2001:db8::1/64" + more);
    request.udp_port = kNicTestPort;
    request.queues = queues;
    auto port = DpdkPort::open(request);
    EXPECT_TRUE(port) << port.error().message();
    return port ? std::move(*port) : nullptr;
  }
  void TearDown() override {
    rte_vdev_uninit(device_.c_str());
    (void)run("ip link del pen0");
  }

  std::string device_;
};

void transfer(PacketPort& port, int family, bool jumbo = false) {
  constexpr uint64_t kBody = kSanitized ? 2'000'000 : 16'000'000;
  const TestIdentity identity;
  ServiceLog log;
  const auto server = QuicServer::start(port, identity.identity(), {}, [&log](std::function<void()> wake) {
                        return std::make_unique<CountingService>(log, std::move(wake));
                      }).value();
  UdpOptions udp;
  udp.remote = nic_address(0, family);
  udp.jumbo_frames = jumbo;
  const auto client_port = UdpPort::open(udp).value();
  QuicClientOptions options;
  options.trust = {ServerTrust::Kind::authority, identity.certificate_path()};
  const auto client = QuicClient::connect(client_port->queue(0), udp.remote, "server.test", options);
  ASSERT_TRUE(client) << client.error().message();
  ASSERT_NO_FATAL_FAILURE(carry_both_ways(**client, kBody));
  (*client)->close();
}

class NicVethQueuesTest : public NicVethTest, public testing::WithParamInterface<size_t> {};
INSTANTIATE_TEST_SUITE_P(Queues, NicVethQueuesTest, testing::Values(1, 2));

TEST_P(NicVethQueuesTest, LinuxTalksToAServerBehindIt) {
  ASSERT_NO_FATAL_FAILURE(connect("1500", ",framesz=2048,blocksz=4096,framecnt=1024"));
  const auto port = open("", GetParam());
  ASSERT_TRUE(port);
  EXPECT_FALSE(port->queue(0).counters().missed) << "af_packet does not say what it misses";
  for (const int family : {AF_INET, AF_INET6}) ASSERT_NO_FATAL_FAILURE(transfer(*port, family));
  EXPECT_EQ(figure(*port, "frames_dropped", "bad_udp_checksum"), 0U);
  EXPECT_GE(figure(*port, "answers_sent"), 2U) << "ARP and NDP";
}

TEST_F(NicVethTest, JumboFramesPass) {
  ASSERT_NO_FATAL_FAILURE(connect("9000", ",framesz=16384,blocksz=65536,framecnt=128,qdisc_bypass=1"));
  const auto port = open(",mtu=9000", 1);
  ASSERT_TRUE(port);
  ASSERT_NO_FATAL_FAILURE(transfer(*port, AF_INET, true));
  const PacketCounters counters = port->queue(0).counters();
  EXPECT_GT(counters.bytes_in, 2'000 * counters.packets_in);
  EXPECT_GT(counters.bytes_out, 2'000 * counters.packets_out);
}

TEST_F(NicVethTest, BuffersThatAreTooSmallForItsFramesAreAnErrorThatSaysSo) {
  ASSERT_NO_FATAL_FAILURE(connect("9000", ",framesz=16384,blocksz=65536,framecnt=128"));
  PortRequest request;
  request.nic = nic_of(device_, "addr=10.0.0.1/24");
  const auto port = DpdkPort::open(request);
  ASSERT_FALSE(port);
  EXPECT_NE(port.error().message().find("mtu="), std::string::npos) << port.error().message();
}

unsigned short interface_flags(const char* interface) {
  ifreq request{};
  std::strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  (void)::ioctl(socket, SIOCGIFFLAGS, &request);
  ::close(socket);
  return static_cast<unsigned short>(request.ifr_flags);
}

TEST_F(NicVethTest, APortThatWasClosedOpensAgainAndCarriesPackets) {
  ASSERT_NO_FATAL_FAILURE(connect("1500", ""));
  for (int i = 0; i < 3; ++i) {
    const auto port = open("", 1);
    ASSERT_TRUE(port);
    // Groups of IPv6 come through: this driver has no finer way.
    EXPECT_NE(interface_flags("pen0") & IFF_PROMISC, 0);
    for (const int family : {AF_INET, AF_INET6}) ASSERT_NO_FATAL_FAILURE(transfer(*port, family));
  }
  EXPECT_EQ(interface_flags("pen0") & IFF_PROMISC, 0);
}

TEST_F(NicVethTest, AProcessOutOfDescriptorsKeepsItsPort) {
  ASSERT_NO_FATAL_FAILURE(connect("1500", ""));
  const auto port = open("", 1);
  ASSERT_TRUE(port);
  std::vector<std::vector<NicPacket>> came;
  const auto link = [&] { return figure(*port, "link_up"); };
  ASSERT_TRUE(run_queues({&port->queue(0)}, came, [&] { return link() == 1; }));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  EXPECT_LT(::socket(AF_INET, SOCK_DGRAM, 0), 0);
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
  const bool kept = run_queues({&port->queue(0)}, came,
                               [&] { return link() == 0 || std::chrono::steady_clock::now() > until; });
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(kept);
  EXPECT_EQ(link(), 1U);
  ASSERT_TRUE(run("ip link set pen1 down"));
  EXPECT_TRUE(run_queues({&port->queue(0)}, came, [&] { return link() == 0; }));
}

// A driver that takes an MTU, as those of NICs do.
TEST(NicTapTest, TheMtuIsTheDevicesAndStaysSoWhenItOpensAgain) {
  if (rte_vdev_init("net_tap0", "iface=pentap") != 0) GTEST_SKIP() << "no tap device can be made here";
  const auto kernels = [] {
    ifreq request{};
    std::strncpy(request.ifr_name, "pentap", IFNAMSIZ - 1);
    const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    const bool told = ::ioctl(socket, SIOCGIFMTU, &request) == 0;
    ::close(socket);
    return told ? request.ifr_mtu : 0;
  };
  for (const uint32_t mtu : {1'400U, 0U, 1'300U}) {
    const std::string text = mtu == 0 ? "" : ",mtu=" + std::to_string(mtu);
    const auto port =
        DpdkPort::open({.nic = nic_of("net_tap0", "addr=10.0.0.1/24,addr=2001:db8::1/64" + text)});
    ASSERT_TRUE(port) << port.error().message();
    const uint32_t now = mtu == 0 ? 1'500 : mtu;
    EXPECT_EQ(kernels(), static_cast<int>(now));
    EXPECT_EQ((*port)->device().mtu(), now);
    EXPECT_EQ((*port)->queue(0).packet_bytes_max(nic_address(1)), now - 28);
  }
  rte_vdev_uninit("net_tap0");
}

TEST_F(NicVethTest, ALinkThatIsNotThereYetIsWaitedForAndThenToldToAll) {
  ASSERT_NO_FATAL_FAILURE(connect("1500", ""));
  ASSERT_TRUE(run("ip link set pen1 down"));
  // The kernel tells the other end a little later; ctest ends what waits for ever.
  while ((interface_flags("pen0") & IFF_RUNNING) != 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const auto port = open("", 1);
  ASSERT_TRUE(port);
  std::vector<std::vector<NicPacket>> came;
  const auto said = [&] { return figure(*port, "announcements_sent"); };
  ASSERT_TRUE(run_queues({&port->queue(0)}, came, [&] { return said() == 4; }));
  EXPECT_EQ(figure(*port, "link_up"), 0U);
  ASSERT_TRUE(run("ip link set pen1 up"));
  // Without a link there are two rounds of four.
  EXPECT_TRUE(run_queues({&port->queue(0)}, came, [&] { return said() > 8; }));
  EXPECT_EQ(figure(*port, "links_lost"), 0U);
}

TEST_F(NicVethTest, ALinkThatGoesDownComesBackAndAnInterfaceThatIsGoneEndsThePort) {
  ASSERT_NO_FATAL_FAILURE(connect("1500", ""));
  const auto port = open("", 1);
  ASSERT_TRUE(port);
  std::vector<std::vector<NicPacket>> came;
  const auto link = [&] { return figure(*port, "link_up"); };
  ASSERT_TRUE(run_queues({&port->queue(0)}, came, [&] { return link() == 1; }));
  ASSERT_TRUE(run("ip link set pen1 down"));
  ASSERT_TRUE(run_queues({&port->queue(0)}, came, [&] { return link() == 0; }));
  ASSERT_TRUE(run("ip link set pen1 up"));
  ASSERT_TRUE(run_queues({&port->queue(0)}, came, [&] { return link() == 1; }));
  EXPECT_EQ(figure(*port, "links_lost"), 1U);
  ASSERT_NO_FATAL_FAILURE(transfer(*port, AF_INET));
  ASSERT_TRUE(run("ip link del pen0"));
  // What came before is given first.
  std::vector<PacketTrain> burst(4);
  Result<size_t> gone = port->queue(0).receive(burst);
  while (gone) {
    port->queue(0).wait(std::chrono::steady_clock::time_point::max());
    gone = port->queue(0).receive(burst);
  }
  EXPECT_NE(gone.error().message().find("is gone"), std::string::npos) << gone.error().message();
}

}  // namespace
}  // namespace penstock
