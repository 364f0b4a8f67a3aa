// SPDX-License-Identifier: Apache-2.0
// EAL starts once a process: for all tests, here. With --open TEXT it opens that port, says what came of it
// and ends, for tests that need a process of their own; with --complain TEXT DPDK complains once for each
// byte; with --place ARGUMENTS EAL starts with those, and it says what becomes of threads there.
#include <gtest/gtest.h>
#include <rte_log.h>
#include <sched.h>

#include <cstdio>
#include <cstring>
#include <string_view>
#include <thread>

#include "drivers/eal/eal.h"
#include "drivers/eal/eal_arguments.h"
#include "drivers/eal/eal_complaints.h"
#include "drivers/eal/eal_place.h"
#include "unit/nic/nic_case.h"

namespace penstock {
namespace {

int open_port(const char* nic) {
  const auto port = DpdkPort::open({.nic = nic, .udp_port = 4433, .queues = 1});
  std::puts(port ? "open" : port.error().message().c_str());
  return port ? 0 : static_cast<int>(port.error().code);
}

// What DPDK says while nobody waits for it, and while somebody does.
int complain(int lines) {
  for (int i = 0; i < lines; ++i) rte_log(RTE_LOG_ERR, RTE_LOGTYPE_USER1, "queue %d hangs\n", i);
  rte_log(RTE_LOG_INFO, RTE_LOGTYPE_USER1, "all is well\n");
  const EalComplaints mine;
  rte_log(RTE_LOG_ERR, RTE_LOGTYPE_USER1, "EAL: no such thing\n");
  std::thread([] {
    const EalComplaints others;
    rte_log(RTE_LOG_ERR, RTE_LOGTYPE_USER1, "of another port\n");
  }).join();
  std::puts(("reason: " + eal_reason("none")).c_str());
  std::puts(("reason: " + eal_reason("none")).c_str());
  return 0;
}

// What becomes of a thread that is one of so many workers, on EAL with these arguments.
int take_places(const char* arguments) {
  if (!Eal::start(split_eal_arguments(arguments).value())) return 1;
  for (const size_t workers : {1, 2}) {
    cpu_set_t before;
    cpu_set_t within;
    cpu_set_t after;
    ::sched_getaffinity(0, sizeof before, &before);
    bool alone = false;
    {
      EalPlace place;
      place.take(workers - 1, -1, workers);
      alone = place.has_cpu_alone();
      ::sched_getaffinity(0, sizeof within, &within);
    }
    ::sched_getaffinity(0, sizeof after, &after);
    const bool left = CPU_EQUAL(&before, &within) == 0;
    const bool back = CPU_EQUAL(&before, &after) != 0;
    std::printf("of %zu: %s, %s\n", workers, alone ? "alone" : "not alone",
                !left ? "never left" : (back ? "left and came back" : "left"));
  }
  return 0;
}

bool start_eal_for_tests() {
  cpu_set_t before;
  cpu_set_t after;
  ::sched_getaffinity(0, sizeof before, &before);
  const auto eal = Eal::start(split_eal_arguments(test_eal()).value());
  if (!eal) std::fprintf(stderr, "%s\n", eal.error().message().c_str());
  ::sched_getaffinity(0, sizeof after, &after);
  eal_left_affinity_alone = CPU_EQUAL(&before, &after) != 0;
  return eal.has_value();
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--open") return penstock::open_port(argv[2]);
  if (argc == 3 && std::string_view(argv[1]) == "--place") return penstock::take_places(argv[2]);
  const bool complains = argc == 3 && std::string_view(argv[1]) == "--complain";
  if (complains)
    return penstock::start_eal_for_tests() ? penstock::complain(static_cast<int>(std::strlen(argv[2]))) : 1;
  testing::InitGoogleTest(&argc, argv);
  return penstock::start_eal_for_tests() ? RUN_ALL_TESTS() : 1;
}
