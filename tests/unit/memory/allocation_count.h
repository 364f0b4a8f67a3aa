// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace penstock {

// How often this thread has called operator new. Only in programs that allocation_count.cc is a source of: it
// takes the place of the library's operators.
size_t allocation_count();

}  // namespace penstock
