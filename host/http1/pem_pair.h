// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

namespace penstock {

// A server's certificate, with those that lead to its issuer behind it, and its key. Both are PEM.
struct PemPair {
  std::string certificate;
  std::string key;
};

// usage: one of them cannot be read, or they do not belong together.
Status check_pem_pair(const PemPair& pair);

}  // namespace penstock
