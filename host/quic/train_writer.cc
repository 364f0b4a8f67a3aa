// SPDX-License-Identifier: Apache-2.0
#include "quic/train_writer.h"

#include <cstring>

namespace penstock {

NetPath net_path(const ngtcp2_path& path) {
  NetPath out;
  if (path.local.addrlen != 0) out.local = NetAddress(path.local.addr, path.local.addrlen);
  if (path.remote.addrlen != 0) out.remote = NetAddress(path.remote.addr, path.remote.addrlen);
  return out;
}

MutableBytes TrainWriter::room(size_t bytes_max) {
  if (used_ != 0 && buffer_.size() - used_ < bytes_max) send();
  if (used_ == 0) buffer_ = queue_.reserve();
  if (buffer_.size() < bytes_max) return {};
  return buffer_.subspan(used_, bytes_max);
}

void TrainWriter::add(size_t bytes, const ngtcp2_path& path, uint8_t ecn) {
  const NetPath to = net_path(path);
  bytes_written_ += bytes;
  if (used_ != 0 && (bytes > train_.segment_bytes || ecn != train_.ecn || !(to == train_.path))) {
    // It begins a train of its own, in another buffer; where there is none it is lost, as on any way.
    const uint8_t* packet = buffer_.data() + used_;
    send();
    buffer_ = queue_.reserve();
    if (buffer_.size() < bytes) return;
    std::memmove(buffer_.data(), packet, bytes);
  }
  if (used_ == 0) {
    train_.segment_bytes = static_cast<uint32_t>(bytes);
    train_.ecn = ecn;
    train_.path = to;
  }
  used_ += bytes;
  if (bytes < train_.segment_bytes) send();
}

void TrainWriter::send() {
  if (used_ == 0) return;
  train_.bytes = buffer_.first(used_);
  used_ = 0;
  queue_.send(train_);
}

}  // namespace penstock
