// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>

namespace penstock {

using Sha256Bytes = std::array<uint8_t, 32>;

// What OpenSSL says.
inline Sha256Bytes openssl_sha256(std::span<const uint8_t> message) {
  Sha256Bytes digest;
  if (EVP_Digest(message.data(), message.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
    std::abort();
  return digest;
}

}  // namespace penstock
