// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

#include <array>

#include "base/result.h"
#include "offload/driver.h"

namespace penstock {

// Whether the runtime's cards are emulated: XCL_EMULATION_MODE is set.
bool xrt_emulated();

// The runtime counts none of them. How many there are it reads from EMCONFIG_PATH/emconfig.json, and so do
// we.
DevicesFound find_emulated_xrt_cards();

// What software emulation cannot do without, before it is asked for a card: where it is missing the runtime
// ends the process, or has its files in the working folder. Makes the folder of its sockets, as it would do
// itself.
Status prepare_xrt_emulation();

// Keeps the process's handlers of signals while an emulated card is opened, and from then on ignores SIGPIPE.
// The emulation sets handlers of its own: once a card's process is gone they end all of the process group,
// and call exit() on whatever thread they run, which then waits for the card for ever. Without them such a
// card is one that does not answer. Where cards are real it does nothing.
class EmulationHandlers {
 public:
  EmulationHandlers();
  ~EmulationHandlers();
  EmulationHandlers(const EmulationHandlers&) = delete;
  EmulationHandlers& operator=(const EmulationHandlers&) = delete;

 private:
  static constexpr std::array kSignals = {SIGCHLD, SIGSEGV, SIGFPE, SIGABRT, SIGUSR1};
  using Handlers = std::array<struct sigaction, kSignals.size()>;

  // Those before the first card was opened: one that is never done with leaves the emulation's.
  static const Handlers& before();
};

}  // namespace penstock
