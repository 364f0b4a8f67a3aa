// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace penstock {

// Percent-encoding (RFC 3986, section 2.1). Nothing if a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text);

// Every byte but the unreserved ones of RFC 3986 encoded: fit for one segment of a path, a query's value, and
// an ext-value of RFC 8187.
std::string percent_encoded(std::string_view bytes);

}  // namespace penstock
