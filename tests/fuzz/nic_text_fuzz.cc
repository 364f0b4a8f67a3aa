// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"
#include "base/check.h"
#include "drivers/eal/eal_arguments.h"
#include "drivers/nic/nic_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  const auto text = parse_nic_text(as_text({data, size}));
  if (!text) {
    PENSTOCK_CHECK(text.error().code == Errc::usage && !text.error().why.empty());
    return 0;
  }
  // Nothing that would end the process, or that EAL would not know, gets through.
  PENSTOCK_CHECK(check_eal_arguments(text->eal));
  PENSTOCK_CHECK(!text->port.empty() && !text->addresses.empty());
  for (const IpRoute& route : text->routes)
    PENSTOCK_CHECK(route.to.address.family() == route.gateway.family());
  return 0;
}
