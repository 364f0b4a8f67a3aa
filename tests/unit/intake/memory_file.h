// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <utility>
#include <vector>

#include "store/file_system.h"

namespace penstock {

// A file that is bytes in memory, to be read.
class MemoryFile final : public File {
 public:
  explicit MemoryFile(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}

  Status read(uint64_t offset, MutableBytes into) const override {
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset)
      return fail(Errc::corrupt, "memory", "ends before");
    if (!into.empty()) std::memcpy(into.data(), bytes_.data() + offset, into.size());
    return {};
  }
  Result<uint64_t> size() const override { return bytes_.size(); }
  Status write(uint64_t /*offset*/, std::span<const Bytes> /*parts*/) override {
    return fail(Errc::failed, "memory", "is read only");
  }
  Status truncate(uint64_t /*bytes*/) override { return fail(Errc::failed, "memory", "is read only"); }
  Status sync() override { return {}; }

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace penstock
