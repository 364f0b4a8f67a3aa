// SPDX-License-Identifier: Apache-2.0
#include "http1/tcp_progress.h"

// The kernel's own header: the C library's lacks the counts of bytes.
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace penstock {
namespace {

// States of RFC 9293 as the kernel numbers them.
constexpr uint8_t kTimeWait = 6;
constexpr uint8_t kClosed = 7;
constexpr uint8_t kCloseWait = 8;
constexpr uint8_t kLastAck = 9;
constexpr uint8_t kClosing = 11;

}  // namespace

std::optional<TcpProgress> tcp_progress(int fd) {
  tcp_info info{};
  socklen_t bytes = sizeof info;
  if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &bytes) != 0) return std::nullopt;
  TcpProgress progress;
  progress.moved_bytes = info.tcpi_bytes_received + info.tcpi_bytes_acked;
  progress.gone = info.tcpi_state == kClosed || info.tcpi_state == kTimeWait;
  progress.remote_ended = progress.gone || info.tcpi_state == kCloseWait || info.tcpi_state == kLastAck ||
                          info.tcpi_state == kClosing;
  int unread = 0;
  progress.all_read = ::ioctl(fd, SIOCINQ, &unread) == 0 && unread == 0;
  return progress;
}

void reset_tcp(int fd) {
  sockaddr none{};
  none.sa_family = AF_UNSPEC;
  static_cast<void>(::connect(fd, &none, sizeof none));
}

}  // namespace penstock
