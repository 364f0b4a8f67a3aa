// SPDX-License-Identifier: Apache-2.0
#include "drivers/batch/cpu_list.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace penstock {
namespace {

using Cpus = std::vector<unsigned>;

TEST(CpuListTest, ReadsWhatTheKernelWrites) {
  EXPECT_EQ(parse_cpu_list("0"), Cpus({0}));
  EXPECT_EQ(parse_cpu_list("0-3,8"), Cpus({0, 1, 2, 3, 8}));
  EXPECT_EQ(parse_cpu_list("16-17,48-49"), Cpus({16, 17, 48, 49}));
}

TEST(CpuListTest, IsEmptyForWhatIsNone) {
  for (const char* text : {"", "x", "-1", "1-", "3-1", "1,", ",1", "1 2", "99999999999", "4294967295"})
    EXPECT_EQ(parse_cpu_list(text), Cpus()) << text;
}

TEST(CpuListTest, KeepsAThreadToThem) {
  std::thread([] {
    cpu_set_t before;
    ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
    unsigned last = 0;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) last = CPU_ISSET(cpu, &before) ? cpu : last;
    run_on_cpus({});
    run_on_cpus({CPU_SETSIZE - 1});  // which no machine here has
    cpu_set_t after;
    ASSERT_EQ(sched_getaffinity(0, sizeof after, &after), 0);
    EXPECT_TRUE(CPU_EQUAL(&before, &after));
    run_on_cpus({last, CPU_SETSIZE - 1});
    ASSERT_EQ(sched_getaffinity(0, sizeof after, &after), 0);
    EXPECT_EQ(CPU_COUNT(&after), 1);
    EXPECT_TRUE(CPU_ISSET(last, &after));
  }).join();
}

}  // namespace
}  // namespace penstock
