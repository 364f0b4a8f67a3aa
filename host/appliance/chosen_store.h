// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"
#include "store/store.h"

namespace penstock {

// The store that the options name; what it has to tell goes to `console` as notes, which outlives it. failed,
// saying how to make one: there is none.
Result<std::unique_ptr<Store>> open_store(const GlobalOptions& global, Access access, Console& console);
// The same, and it tells `notice`.
Result<std::unique_ptr<Store>> open_store(const GlobalOptions& global, Access access,
                                          const std::function<void(const std::string&)>& notice);

}  // namespace penstock
