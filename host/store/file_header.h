// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "store/store_uuid.h"

namespace penstock {

// The first bytes of commits.log and quarantine.log (format.md): magic, version, uuid, crc32c.
inline constexpr size_t kFileHeaderBytes = 32;
inline constexpr std::string_view kCommitLogMagic = "PENSTLOG";
inline constexpr std::string_view kQuarantineMagic = "PENSTQUA";

std::array<uint8_t, kFileHeaderBytes> encode_file_header(std::string_view magic, const StoreUuid& uuid);
// corrupt error: cut off, damaged, of another kind, version or store.
Status check_file_header(Bytes bytes, std::string_view magic, const StoreUuid& uuid);

}  // namespace penstock
