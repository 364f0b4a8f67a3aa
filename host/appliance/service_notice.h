// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace penstock {

// Tells the service manager that started this process how it is (sd_notify(3)): "READY=1", "STOPPING=1".
// Nothing where there is none.
void tell_service_manager(std::string_view state);

}  // namespace penstock
