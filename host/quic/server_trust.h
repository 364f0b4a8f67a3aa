// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace penstock {

// Which server a client takes for the right one.
struct ServerTrust {
  enum class Kind : uint8_t {
    system,       // a certificate for its name, from an authority that the system trusts
    authority,    // ... or from one of the PEM file `value`
    fingerprint,  // the certificate whose DER has the SHA-256 `value` (hexadecimal), within its time
    anyone,       // for tests: who is spoken with is not known
  };
  Kind kind = Kind::system;
  std::string value{};
};

}  // namespace penstock
