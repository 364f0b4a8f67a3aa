// SPDX-License-Identifier: Apache-2.0
#include "drivers/eal/eal_place.h"

#include <pthread.h>
#include <rte_lcore.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace penstock {
namespace {

// EAL has no way to see that a thread ends.
class KnownToEal {
 public:
  KnownToEal() : registered_(rte_lcore_id() == LCORE_ID_ANY && rte_thread_register() == 0) {}
  ~KnownToEal() {
    if (registered_) rte_thread_unregister();
  }
  KnownToEal(const KnownToEal&) = delete;
  KnownToEal& operator=(const KnownToEal&) = delete;

 private:
  const bool registered_;
};

}  // namespace

std::optional<cpu_set_t> eal_place(size_t number, int node) {
  std::vector<unsigned> lcores;
  for (unsigned lcore = 0; lcore < RTE_MAX_LCORE; ++lcore) {
    if (rte_eal_lcore_role(lcore) == ROLE_RTE) lcores.push_back(lcore);
  }
  if (lcores.empty()) return {};
  if (node >= 0) {
    std::stable_partition(lcores.begin(), lcores.end(), [node](unsigned lcore) {
      return rte_lcore_to_socket_id(lcore) == static_cast<unsigned>(node);
    });
  }
  return rte_lcore_cpuset(lcores[number % lcores.size()]);
}

namespace {

bool is_shared(const cpu_set_t& place, size_t number, int node, size_t users) {
  for (size_t other = 0; other < users; ++other) {
    const auto its = eal_place(other, node);
    cpu_set_t both;
    if (other == number || !its) continue;
    CPU_AND(&both, &place, &*its);
    if (CPU_COUNT(&both) != 0) return true;
  }
  return false;
}

}  // namespace

EalPlace::~EalPlace() {
  if (thread_ != ::gettid()) return;
  if (former_) ::pthread_setaffinity_np(::pthread_self(), sizeof *former_, &*former_);
  if (former_slack_ns_ > 0) ::prctl(PR_SET_TIMERSLACK, former_slack_ns_, 0, 0, 0);
}

void EalPlace::take(size_t number, int node, size_t users) {
  if (thread_ == 0) {
    thread_ = ::gettid();
    former_slack_ns_ = ::prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
    cpu_set_t now;
    if (::pthread_getaffinity_np(::pthread_self(), sizeof now, &now) == 0) former_ = now;
  }
  ::prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  const auto place = eal_place(number, node);
  if (!place) return;
  cpu_alone_ = CPU_COUNT(&*place) == 1 && !is_shared(*place, number, node, users);
  ::pthread_setaffinity_np(::pthread_self(), sizeof *place, &*place);
  thread_local const KnownToEal known;
}

bool known_to_eal() {
  return rte_lcore_id() != LCORE_ID_ANY;
}

}  // namespace penstock
