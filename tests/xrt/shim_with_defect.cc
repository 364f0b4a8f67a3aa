// SPDX-License-Identifier: Apache-2.0
// A library in libxrt_swemu's place, with its defect: growing the buffer drops the pointer that realloc
// returns.
#include <cstddef>
#include <cstdlib>

namespace xclcpuemhal2 {

class CpuemShim {
 public:
  void* alloc_void(size_t bytes);

 private:
  size_t bytes_ = 0;
  void* buffer_ = nullptr;
};

__attribute__((visibility("default"), noinline)) void* CpuemShim::alloc_void(size_t bytes) {
  if (bytes_ == 0) buffer_ = std::malloc(bytes);
  if (bytes_ != 0 && bytes_ < bytes) {
    // NOLINTNEXTLINE(bugprone-suspicious-realloc-usage)
    void* volatile dropped = std::realloc(buffer_, bytes);
    static_cast<void>(dropped);
  }
  bytes_ = bytes_ < bytes ? bytes : bytes_;
  return buffer_;  // NOLINT(clang-analyzer-unix.Malloc): what it is here for
}

}  // namespace xclcpuemhal2

extern "C" {
__attribute__((visibility("default"))) void* make_shim() {
  return new xclcpuemhal2::CpuemShim;
}
__attribute__((visibility("default"))) void* shim_buffer(void* shim, size_t bytes) {
  return static_cast<xclcpuemhal2::CpuemShim*>(shim)->alloc_void(bytes);
}
}
