// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace penstock {

// Runs `work` on EAL's interrupt thread, between what that does for devices, and waits for its end; on the
// calling thread if EAL lets no alarm be set. For drivers that share state with their interrupt handlers
// without a lock. Not for the interrupt thread itself.
void run_on_interrupt_thread(const std::function<void()>& work);

}  // namespace penstock
