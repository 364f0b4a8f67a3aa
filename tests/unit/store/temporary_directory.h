// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace penstock {

// A fresh directory that goes with its owner; in memory where there is room for that, so that syncs cost
// nothing.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    constexpr uintmax_t kBytesMin = uintmax_t{1} << 30;  // more than a test leaves there
    const std::filesystem::path memory = "/dev/shm";
    std::error_code absent;
    const bool room = std::filesystem::space(memory, absent).available > kBytesMin && !absent;
    const auto base = room ? memory : std::filesystem::temp_directory_path();
    std::string path = (base / "penstock-test-XXXXXX").string();
    path_ = ::mkdtemp(path.data());
  }
  ~TemporaryDirectory() {
    if (path_.empty()) return;
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace penstock
