// SPDX-License-Identifier: Apache-2.0
// EAL starts once a process: for all tests, here. With --open TEXT it opens that port, says what came of it
// and ends, for tests that need a process of their own.
#include <gtest/gtest.h>
#include <sched.h>

#include <cstdio>
#include <string_view>

#include "drivers/eal/eal.h"
#include "drivers/eal/eal_arguments.h"
#include "unit/nic/nic_case.h"

namespace penstock {
namespace {

int open_port(const char* nic) {
  const auto port = DpdkPort::open({.nic = nic, .udp_port = 4433, .queues = 1});
  std::puts(port ? "open" : port.error().message().c_str());
  return port ? 0 : static_cast<int>(port.error().code);
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
  testing::InitGoogleTest(&argc, argv);
  return penstock::start_eal_for_tests() ? RUN_ALL_TESTS() : 1;
}
