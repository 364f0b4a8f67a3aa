// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace penstock {

// An xclbin with two sections: struct axlf of XRT's xclbin.h, by its offsets. Each byte of the UUID is
// `uuid`.
inline std::vector<uint8_t> made_xclbin(uint8_t uuid = 0x5a,
                                        std::string_view platform = "maker_board_name_1") {
  constexpr size_t kSectionsAt = 456;
  constexpr size_t kSectionBytes = 40;
  std::vector<uint8_t> file(kSectionsAt + 2 * kSectionBytes + 64);
  const auto put = [&](size_t offset, auto value) {
    std::memcpy(file.data() + offset, &value, sizeof value);
  };
  std::memcpy(file.data(), "xclbin2", 8);
  put(304, uint64_t{file.size()});
  std::memcpy(file.data() + 352, platform.data(), platform.size());
  std::memset(file.data() + 416, uuid, 16);
  put(448, uint32_t{2});
  for (size_t i = 0; i < 2; ++i) {
    put(kSectionsAt + i * kSectionBytes + 24, uint64_t{file.size() - 64 + 32 * i});
    put(kSectionsAt + i * kSectionBytes + 32, uint64_t{32});
  }
  return file;
}

}  // namespace penstock
