// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "store/file_system.h"

namespace penstock {

// A descriptor, closed with its owner. Reads and writes of ranges that do not overlap may come from any
// threads.
class PosixFile final : public File {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~PosixFile() override;
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Status read(uint64_t offset, MutableBytes into) const override;
  Result<uint64_t> size() const override;
  Status write(uint64_t offset, std::span<const Bytes> parts) override;
  Status truncate(uint64_t bytes) override;
  Status sync() override;

 private:
  const int descriptor_;
  const std::string path_;
};

// A failed call on `path`, with what can be done about it.
Failure fail_file(const std::string& path, int error_number);

}  // namespace penstock
