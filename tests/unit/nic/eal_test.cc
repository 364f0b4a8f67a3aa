// SPDX-License-Identifier: Apache-2.0
#include "drivers/eal/eal.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>

#include "drivers/eal/eal_arguments.h"
#include "drivers/eal/eal_memory.h"
#include "drivers/eal/eal_place.h"
#include "unit/nic/nic_case.h"

namespace penstock {
namespace {

struct Opened {
  int code = -1;
  std::string text;  // stdout and stderr together
};

// In a process of its own, whose EAL has not started.
Opened run_elsewhere(const std::string& mode, const std::string& text) {
  const std::string program = "/proc/" + std::to_string(::getpid()) + "/exe";
  const std::string command =
      "exec timeout 60 \"$(readlink " + program + ")\" " + mode + " \"" + text + "\" 2>&1";
  Opened opened;
  // NOLINTNEXTLINE(cert-env33-c): its words are this file's
  FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return opened;
  std::array<char, 1024> part{};
  while (const size_t bytes = std::fread(part.data(), 1, part.size(), pipe))
    opened.text.append(part.data(), bytes);
  const int status = ::pclose(pipe);
  opened.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return opened;
}

Opened open_elsewhere(const std::string& nic) {
  return run_elsewhere("--open", nic);
}

std::string with_eal(const std::string& more) {
  return "dpdk:" + test_eal() + " " + more;
}

TEST(Eal, LeavesTheThreadThatStartsItWhereItWas) {
  EXPECT_TRUE(eal_left_affinity_alone);
}

TEST(Eal, IsFoundStartedWithItsArgumentsAndRefusesOthers) {
  EXPECT_TRUE(Eal::start(split_eal_arguments(test_eal()).value()));
  const auto other = Eal::start({"--no-huge"});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::usage);
  EXPECT_NE(other.error().why.find("other arguments: --no-huge --no-shconf"), std::string::npos)
      << other.error().why;
}

TEST(Eal, AThreadTakesTheNthPlaceOfThoseThatItWasStartedWith) {
  cpu_set_t allowed;
  ::sched_getaffinity(0, sizeof allowed, &allowed);
  for (const size_t number : {0, 1, 5}) {
    const auto place = eal_place(number, 0);
    ASSERT_TRUE(place);
    EXPECT_TRUE(CPU_EQUAL(&*place, &allowed)) << "one lcore on all CPUs";
    std::thread([&] {
      EalPlace mine;
      mine.take(number, 0, 1);
      cpu_set_t now;
      ::sched_getaffinity(0, sizeof now, &now);
      EXPECT_TRUE(CPU_EQUAL(&now, &*place));
    }).join();
  }
}

TEST(Eal, ThreadsThatEndedTakeNoPlaceFromLaterOnes) {
  // More of them than EAL knows lcores.
  for (int i = 0; i < 300; ++i) std::thread([] { EalPlace().take(0, -1, 1); }).join();
  bool known = false;
  std::thread([&known] {
    EalPlace().take(0, -1, 1);
    known = known_to_eal();
  }).join();
  EXPECT_TRUE(known);
}

TEST(Eal, MemoryOfOursIsRegisteredAndGivenBack) {
  for (int i = 0; i < 200; ++i) {
    auto memory = EalMemory::map(size_t{4} << 20);
    ASSERT_TRUE(memory) << memory.error().message();
    const EalMemory moved = std::move(*memory);
    EXPECT_EQ(moved.bytes().size(), size_t{4} << 20);
  }
}

TEST(EalStart, WhatDpdkComplainsOfIsToldToWhomItConcernsElsePrintedAFewLinesAtATime) {
  const Opened complained = run_elsewhere("--complain", "12345678");
  EXPECT_EQ(complained.code, 0);
  EXPECT_EQ(complained.text,
            "DPDK: queue 0 hangs\nDPDK: queue 1 hangs\nDPDK: queue 2 hangs\nDPDK: queue 3 hangs\n"
            "DPDK: queue 4 hangs\nreason: no such thing\nreason: none\n");
}

// On one CPU of several: what is given back shows.
TEST(EalStart, AThreadHasItsCpuAloneOnlyWhereNoOtherWorkerTakesItAndLeavesItInTheEnd) {
  cpu_set_t allowed;
  ::sched_getaffinity(0, sizeof allowed, &allowed);
  int cpu = 0;
  while (CPU_ISSET(cpu, &allowed) == 0) ++cpu;
  const std::string one = "--no-huge --no-shconf -m 64 --no-pci --no-telemetry -l " + std::to_string(cpu);
  const Opened placed = run_elsewhere("--place", one);
  EXPECT_EQ(placed.code, 0);
  const std::string back = CPU_COUNT(&allowed) == 1 ? "never left" : "left and came back";
  EXPECT_EQ(placed.text, "of 1: alone, " + back + "\nof 2: not alone, " + back + "\n");
}

TEST(EalStart, APortOpensInAProcessOfItsOwn) {
  const Opened opened = open_elsewhere(with_eal("--vdev net_ring0;port=net_ring0,addr=10.0.0.1/24"));
  EXPECT_EQ(opened.code, 0) << opened.text;
  EXPECT_EQ(opened.text, "open\n");
}

bool may_open_raw_sockets() {
  const int socket = ::socket(AF_PACKET, SOCK_RAW, 0);
  if (socket >= 0) ::close(socket);
  return socket >= 0;
}

TEST(EalStart, EachMistakeEndsInOneLineThatTellsIt) {
  const std::string port = ";port=net_ring0,addr=10.0.0.1/24";
  struct Mistake {
    std::string nic;
    int code;
    std::string told;
  };
  const Mistake mistakes[] = {
      {with_eal("--help" + port), 2, "end the process"},
      {with_eal("-h" + port), 2, "end the process"},
      {with_eal("--log-level=help" + port), 2, "end the process"},
      {with_eal("--bogus" + port), 2, "no such option"},
      {with_eal("extra" + port), 2, "an option was expected"},
      {"dpdk:--no-huge --no-pci -l 1023" + port, 2, "--lcores 0@(0-1)"},
      {"dpdk:--no-huge --in-memory --no-pci" + port, 2, "not compatible"},
      {"dpdk:--no-huge --no-shconf --no-pci -m 99999999" + port, 1, "nr_hugepages"},
      {"dpdk:--no-huge --no-shconf --no-pci -d /nosuch.so" + port, 2, "/nosuch.so"},
      {with_eal("--vdev net_bogus0" + port), 1, "driver is not known"},
      {with_eal("--vdev net_af_packet0,iface=nosuch" + port), 1,
       may_open_raw_sockets() ? "no network interface" : "CAP_NET_RAW"},
      {with_eal("--vdev net_ring1" + port), 1, "DPDK found net_ring1"},
      {with_eal(port), 1, "no port at all"},
      {with_eal("--vdev net_ring0" + port + ",gw=10.1.0.1"), 2, "gateway"},
      {with_eal("--vdev net_ring0" + port + ",addr=224.0.0.1/24"), 2, "224.0.0.1"},
  };
  for (const auto& [nic, code, told] : mistakes) {
    const Opened opened = open_elsewhere(nic);
    EXPECT_EQ(opened.code, code) << nic << ": " << opened.text;
    EXPECT_NE(opened.text.find(told), std::string::npos) << nic << ": " << opened.text;
    EXPECT_EQ(std::ranges::count(opened.text, '\n'), 1) << nic << ": " << opened.text;
  }
}

}  // namespace
}  // namespace penstock
