// SPDX-License-Identifier: Apache-2.0
// The stack and Linux's own, at two ends of a TAP device in a network of this process's own: what one sends
// the other has to understand. Skipped where the system lets nobody make such a network.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>

#include "unit/ipstack/stack_wire.h"

namespace penstock {
namespace {

constexpr char kDevice[] = "tap0";
constexpr int kMtu = 9000;
constexpr std::chrono::seconds kWatchdog{60};

ifreq request_of_device() {
  ifreq request{};
  std::strncpy(request.ifr_name, kDevice, IFNAMSIZ - 1);
  return request;
}

// An address is usable some time after it was given: until then nobody can be bound to it.
bool wait_for_address(const NetAddress& address) {
  const int socket = ::socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const auto end = std::chrono::steady_clock::now() + kWatchdog;
  bool bound = false;
  while (!bound && std::chrono::steady_clock::now() < end) {
    bound = ::bind(socket, address.raw(), address.raw_bytes()) == 0;
    if (!bound) std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  ::close(socket);
  return bound;
}

// The device, up, with 192.0.2.2/24 and 2001:db8::2/64. -1: not here.
int open_network() {
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return -1;
  const int tap = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
  ifreq request = request_of_device();
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  if (tap < 0 || ::ioctl(tap, TUNSETIFF, &request) != 0) return -1;
  std::ofstream("/proc/sys/net/ipv6/conf/tap0/accept_dad") << 0;
  const int v4 = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int v6 = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  request = request_of_device();
  request.ifr_mtu = kMtu;
  bool made = ::ioctl(v4, SIOCSIFMTU, &request) == 0;
  request = request_of_device();
  std::memcpy(&request.ifr_addr, test_address("192.0.2.2", 0).raw(), sizeof(sockaddr_in));
  made &= ::ioctl(v4, SIOCSIFADDR, &request) == 0;
  std::memcpy(&request.ifr_netmask, test_address("255.255.255.0", 0).raw(), sizeof(sockaddr_in));
  made &= ::ioctl(v4, SIOCSIFNETMASK, &request) == 0;
  request = request_of_device();
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  made &= ::ioctl(v4, SIOCSIFFLAGS, &request) == 0;
  in6_ifreq address{};
  std::memcpy(&address.ifr6_addr, host_bytes("2001:db8::2").data(), 16);
  address.ifr6_prefixlen = 64;
  address.ifr6_ifindex = static_cast<int>(::if_nametoindex(kDevice));
  made &= ::ioctl(v6, SIOCSIFADDR, &address) == 0;
  ::close(v4);
  ::close(v6);
  return made && wait_for_address(test_address("2001:db8::2", 0)) ? tap : -1;
}

class KernelPeerTest : public testing::Test {
 protected:
  // A process goes to a network of its own once.
  static void SetUpTestSuite() { tap = open_network(); }

  void SetUp() override {
    if (tap < 0) GTEST_SKIP() << "no TAP device in a network of one's own: " << std::strerror(errno);
    // What was for the stack before.
    for (Frame frame(kMtu + 100); ::read(tap, frame.data(), frame.size()) > 0;) {
    }
    IpConfig config = test_config(1);
    config.mtu = kMtu;
    stack = test_stack(config);
  }

  static uint64_t now_ns() {
    return static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  }
  // One frame in, and what the stack has to send out. Datagrams are sent back to where they came from.
  void step() {
    pollfd watched{tap, POLLIN, 0};
    ::poll(&watched, 1, 10);
    Frame frame(kMtu + 100);
    const ssize_t bytes = ::read(tap, frame.data(), frame.size());
    if (bytes > 0) {
      frame.resize(static_cast<size_t>(bytes));
      Frame answer(kMtu + 100);
      const FrameArrival arrival = stack->receive(frame, {}, now_ns(), answer);
      if (arrival.kind == FrameArrival::Kind::datagram)
        waiting = {arrival.path, Frame(arrival.payload.begin(), arrival.payload.end())};
      answer.resize(arrival.answer_bytes);
      if (!answer.empty()) put(answer);
    }
    if (waiting && send(waiting->first, waiting->second) == IpStack::Way::ready) waiting.reset();
    for (;;) {
      Frame own(IpStack::kOwnFrameBytes);
      own.resize(stack->next_frame(now_ns(), own));
      if (own.empty()) return;
      put(own);
    }
  }
  IpStack::Way send(const NetPath& path, Bytes payload) {
    FrameHead head;
    const IpStack::Way way = stack->find_way(path, now_ns(), head);
    if (way != IpStack::Way::ready) return way;
    Frame frame(head.bytes() + payload.size());
    head.write(frame, payload, 0, 1, {});
    put(frame);
    return way;
  }
  static void put(const Frame& frame) {
    EXPECT_EQ(::write(tap, frame.data(), frame.size()), static_cast<ssize_t>(frame.size()));
  }
  // Steps until something lies at the socket.
  Frame receive_at(int socket) {
    const auto end = std::chrono::steady_clock::now() + kWatchdog;
    Frame got(kMtu + 100);
    while (std::chrono::steady_clock::now() < end) {
      const ssize_t bytes = ::recv(socket, got.data(), got.size(), MSG_DONTWAIT);
      if (bytes >= 0) {
        got.resize(static_cast<size_t>(bytes));
        return got;
      }
      step();
    }
    return {};
  }

  static inline int tap = -1;
  std::optional<std::pair<NetPath, Frame>> waiting;  // to be sent back
  std::unique_ptr<IpStack> stack;
};

TEST_F(KernelPeerTest, ItsDatagramsComeBack) {
  for (const std::string_view host : {"192.0.2.1", "2001:db8::1"}) {
    const NetAddress remote = test_address(host, kTestPort);
    const int socket = ::socket(remote.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::connect(socket, remote.raw(), remote.raw_bytes()), 0) << std::strerror(errno);
    for (const size_t bytes : {size_t{1}, size_t{1200}, size_t{1453}, size_t{8900}}) {
      const Frame payload(bytes, static_cast<uint8_t>(bytes));
      ASSERT_EQ(::send(socket, payload.data(), bytes, 0), static_cast<ssize_t>(bytes))
          << std::strerror(errno);
      EXPECT_EQ(receive_at(socket), payload) << host << ", " << bytes << " bytes";
    }
    ::close(socket);
  }
  EXPECT_GE(stack->counters().answers_sent, 1U);
}

TEST_F(KernelPeerTest, ItAnswersWhoAsksForIt) {
  for (const std::string_view host : {"192.0.2.2", "2001:db8::2"}) {
    const NetAddress remote = test_address(host, 5555);
    const int socket = ::socket(remote.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::bind(socket, remote.raw(), remote.raw_bytes()), 0) << std::strerror(errno);
    const Frame payload(1000, 7);
    const auto end = std::chrono::steady_clock::now() + kWatchdog;
    IpStack::Way way = IpStack::Way::resolving;
    while (way != IpStack::Way::ready && std::chrono::steady_clock::now() < end) {
      way = send({{}, remote}, payload);
      if (way != IpStack::Way::ready) step();
    }
    ASSERT_EQ(way, IpStack::Way::ready) << host;
    EXPECT_EQ(receive_at(socket), payload) << host;
    ::close(socket);
  }
}

TEST_F(KernelPeerTest, ItsPingsAreAnswered) {
  const int socket = ::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
  ASSERT_GE(socket, 0) << std::strerror(errno);
  const NetAddress remote = test_address("192.0.2.1", 0);
  const Frame echo = icmp_content("192.0.2.2", "192.0.2.1", ICMP_ECHO, 0, join({{0, 7, 0, 1}, Frame(56, 3)}));
  ASSERT_EQ(::sendto(socket, echo.data(), echo.size(), 0, remote.raw(), remote.raw_bytes()),
            static_cast<ssize_t>(echo.size()));
  const Frame got = receive_at(socket);
  ::close(socket);
  ASSERT_EQ(got.size(), 20 + echo.size());
  EXPECT_EQ(got[20], ICMP_ECHOREPLY);
  EXPECT_TRUE(std::equal(got.begin() + 24, got.end(), echo.begin() + 4));
}

}  // namespace
}  // namespace penstock
