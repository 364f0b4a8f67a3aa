// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"
#include "base/check.h"
#include "gateway/access_list.h"

// What is accepted says the same when it is written down and read again.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  const auto list = AccessList::parse(as_text({data, size}));
  if (!list) return 0;
  const auto again = AccessList::parse(list->text());
  PENSTOCK_CHECK(again && again->tokens() == list->tokens() && again->certificates() == list->certificates());
  for (const AccessEntry& entry : list->tokens()) PENSTOCK_CHECK(entry.rights.any() && !entry.name.empty());
  return 0;
}
