// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace penstock {

// Error codes as they came over the wire, in words: of HTTP/3 and QPACK (RFC 9114, 9204), and of QUIC itself
// (RFC 9000, with TLS alerts).
std::string h3_error_text(uint64_t code);
std::string transport_error_text(uint64_t code);

}  // namespace penstock
