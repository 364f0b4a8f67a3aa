// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/result.h"

namespace penstock {

// Goes on in a child process, in a session of its own that stands back by `nice` (0 to 19) as a whole. Linux
// shares the CPU among sessions first, and only within one by nice (sched(7), autogroup): a process that
// stands back alone would still take half of it from a session beside. Returns nothing in the child; in the
// parent, which passes signals that end it on, the child's exit code when that has ended. The child is told
// SIGTERM where the parent is killed. Before any thread is started. failed: there can be no child, or a
// signal killed it.
Result<std::optional<int>> go_on_in_own_session(int nice);

}  // namespace penstock
