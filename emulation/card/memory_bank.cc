// SPDX-License-Identifier: Apache-2.0
#include "emulation/card/memory_bank.h"

#include "base/size_text.h"

namespace penstock {

Result<BankRoom> BankRoom::take(MemoryBank& bank, size_t bytes) {
  if (bank.take(bytes)) return BankRoom(bank, bytes);
  return fail(Errc::failed, bank.name(), "has no room for " + human_size(bytes) + " more",
              "use fewer threads, or more cards");
}

}  // namespace penstock
