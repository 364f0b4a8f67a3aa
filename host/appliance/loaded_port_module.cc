// SPDX-License-Identifier: Apache-2.0
#include "appliance/loaded_port_module.h"

namespace penstock {

Result<std::unique_ptr<PacketPort>> LoadedPortModule::open(const PortRequest& request) {
  if (const std::string because = module_.load(); !because.empty())
    return fail(Errc::failed, "--nic " + request.nic, because,
                "docs/deployment.md says how such ports are set up");
  return module_.exported<PortModule>().open(request);
}

}  // namespace penstock
