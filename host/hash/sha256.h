// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/digest.h"

namespace penstock {

// A way to compute SHA-256 (FIPS 180-4) over many messages at once. Stateless and thread-safe.
class Sha256Path {
 public:
  virtual ~Sha256Path() = default;
  virtual std::string_view name() const = 0;  // "sha-ni-x3", "reference"
  virtual bool supported() const = 0;         // by this CPU
  // digests[i] = SHA-256(messages[i]); both spans have the same length. Messages may have any lengths.
  virtual void digest(std::span<const Bytes> messages, std::span<Digest> digests) const = 0;
};

// Every path there is, in order of preference; the last is the portable reference.
std::span<const Sha256Path* const> sha256_paths();

// The first supported path, or the one that force_sha256_path chose.
const Sha256Path& sha256_path();

// Chooses a path by name for the process; false if there is none of that name or the CPU lacks it.
bool force_sha256_path(std::string_view name);

// One message, by sha256_path().
Digest sha256(Bytes message);

}  // namespace penstock
