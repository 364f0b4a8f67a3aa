// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hash/sha256.h"

namespace penstock {

// One an implementation; sha256.cc lists them in order of preference.
const Sha256Path& sha256_shani_path();
const Sha256Path& sha256_avx512_path();
const Sha256Path& sha256_avx2_path();
const Sha256Path& sha256_openssl_path();
const Sha256Path& sha256_reference_path();

}  // namespace penstock
