// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>

#include <cstddef>
#include <optional>

namespace penstock {

// The CPUs of the n-th lcore that EAL was started with, those of NUMA node `node` counted first (-1: no node
// is better than another); behind the last one it begins again.
std::optional<cpu_set_t> eal_place(size_t number, int node);

// Puts the calling thread there, and makes it known to EAL for as long as it lives, so that its pools keep
// packets at hand for it. What cannot be done is left: it costs time, nothing else.
void take_eal_place(size_t number, int node);
// Whether EAL knows the calling thread.
bool known_to_eal();

}  // namespace penstock
