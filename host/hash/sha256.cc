// SPDX-License-Identifier: Apache-2.0
#include "hash/sha256.h"

#include <array>
#include <atomic>

#include "hash/sha256_implementations.h"

namespace penstock {
namespace {

std::atomic<const Sha256Path*>& chosen_path() {
  static std::atomic<const Sha256Path*> path = [] {
    for (const Sha256Path* candidate : sha256_paths()) {
      if (candidate->supported()) return candidate;
    }
    return &sha256_reference_path();
  }();
  return path;
}

}  // namespace

std::span<const Sha256Path* const> sha256_paths() {
  static const std::array<const Sha256Path*, 5> paths = {
      &sha256_shani_path(),   &sha256_avx512_path(),    &sha256_avx2_path(),
      &sha256_openssl_path(), &sha256_reference_path(),
  };
  return paths;
}

const Sha256Path& sha256_path() {
  return *chosen_path().load(std::memory_order_relaxed);
}

bool force_sha256_path(std::string_view name) {
  for (const Sha256Path* candidate : sha256_paths()) {
    if (candidate->name() == name && candidate->supported()) {
      chosen_path().store(candidate, std::memory_order_relaxed);
      return true;
    }
  }
  return false;
}

Digest sha256(Bytes message) {
  Digest digest;
  sha256_path().digest({&message, 1}, {&digest, 1});
  return digest;
}

}  // namespace penstock
