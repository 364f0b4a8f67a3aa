// SPDX-License-Identifier: Apache-2.0
#include "emulation/xrt_card/shim_frame.h"

#include <shim_messages.pb.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace penstock {
namespace {

constexpr const char* kWhat = "the socket to XRT";

// How many of the bytes came before the other side closed.
Result<size_t> receive(int socket, MutableBytes bytes) {
  size_t received = 0;
  while (received < bytes.size()) {
    const ssize_t count = ::recv(socket, bytes.data() + received, bytes.size() - received, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != ECONNRESET) return fail_errno(kWhat);
    if (count <= 0) break;
    received += static_cast<size_t>(count);
  }
  return received;
}

}  // namespace

Result<ShimHead> parse_shim_head(Bytes head) {
  shim::Head message;
  if (head.size() != kShimHeadBytes || !message.ParseFromArray(head.data(), static_cast<int>(head.size())) ||
      !message.has_call()) {
    return fail(Errc::corrupt, "a call's head", "it is not one of XRT 2.13");
  }
  if (message.bytes() > kShimBodyBytesMax) {
    return fail(Errc::corrupt, "a call of " + std::to_string(message.bytes()) + " bytes", "it is too long",
                "set SW_EMU_PACKET_SIZE to less than 64 MiB");
  }
  return ShimHead{message.bytes(), message.call()};
}

Result<std::optional<ShimFrame>> read_shim_frame(int socket) {
  std::array<uint8_t, kShimHeadBytes> bytes{};
  PENSTOCK_TRY_ASSIGN(const size_t received, receive(socket, bytes));
  if (received < bytes.size()) return std::optional<ShimFrame>();
  PENSTOCK_TRY_ASSIGN(const ShimHead head, parse_shim_head(bytes));
  ShimFrame frame{head.call, std::string(head.body_bytes, '\0')};
  PENSTOCK_TRY_ASSIGN(const size_t body,
                      receive(socket, {reinterpret_cast<uint8_t*>(frame.body.data()), frame.body.size()}));
  if (body < frame.body.size()) return std::optional<ShimFrame>();
  return std::optional(std::move(frame));
}

Result<bool> write_shim_answer(int socket, std::string_view body) {
  shim::Head message;
  message.set_bytes(body.size());
  std::string bytes = message.SerializeAsString();
  bytes += body;
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t count = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EPIPE || errno == ECONNRESET)) return false;
    if (count < 0) return fail_errno(kWhat);
    sent += static_cast<size_t>(count);
  }
  return true;
}

}  // namespace penstock
