// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace penstock {

inline constexpr std::string_view kRawMediaType = "application/vnd.ipld.raw";
inline constexpr std::string_view kCarMediaType = "application/vnd.ipld.car";
inline constexpr std::string_view kDagCborMediaType = "application/vnd.ipld.dag-cbor";
inline constexpr std::string_view kJsonMediaType = "application/json";

// By the extension of a file's name, from a small table; application/octet-stream where it does not tell.
// Nobody looks into the content: what it would be taken for is not ours to guess.
std::string_view media_type_of(std::string_view file_name);

}  // namespace penstock
