// SPDX-License-Identifier: Apache-2.0
#include "drivers/eal/interrupt_thread.h"

#include <rte_alarm.h>

#include <cstdint>
#include <future>

namespace penstock {
namespace {

constexpr uint64_t kSoonUs = 1;

struct Errand {
  const std::function<void()>& work;
  std::promise<void> done{};
};

void run(void* argument) {
  Errand& errand = *static_cast<Errand*>(argument);
  errand.work();
  errand.done.set_value();
}

}  // namespace

void run_on_interrupt_thread(const std::function<void()>& work) {
  Errand errand{work};
  std::future<void> done = errand.done.get_future();
  if (rte_eal_alarm_set(kSoonUs, run, &errand) == 0)
    done.wait();
  else
    work();
}

}  // namespace penstock
