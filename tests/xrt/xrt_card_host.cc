// SPDX-License-Identifier: Apache-2.0
// A host with a card, for with_card_test.py: opens it, prints its own process number, then sleeps (with the
// argument `once`: ends).
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "xrt/open_card.h"

int main(int count, char**) {
  try {
    penstock::OpenCard card(0);
    std::printf("%d\n", static_cast<int>(::getpid()));
    std::fflush(stdout);
    if (count == 1) ::sleep(1000);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "xrt_card_host: %s\n", error.what());
    return 1;
  }
  return 0;
}
