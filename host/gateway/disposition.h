// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace penstock {

// A Content-Disposition field (RFC 6266): "inline" or "attachment", and the name to save under, any bytes,
// where there is one. A name with more in it than plain ASCII stands there twice, once with '_' in the place
// of what is not, and once percent-encoded, if it is UTF-8.
std::string disposition(bool attachment, std::string_view file_name);

}  // namespace penstock
