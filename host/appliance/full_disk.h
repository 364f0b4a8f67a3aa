// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

namespace penstock {

// `error` as it is, but where it is of a full disk under the store `directory`, that holds what may be
// deleted: then its remedy says so.
Error say_what_may_go(Error error, const std::string& directory);

}  // namespace penstock
