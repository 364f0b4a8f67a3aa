// SPDX-License-Identifier: Apache-2.0
#include "http1/http1_connection.h"

#include <gnutls/gnutls.h>
#include <sys/socket.h>

#include <ctime>

#include "base/check.h"
#include "http1/tcp_progress.h"

namespace penstock {
Http1Connection::Http1Connection(MHD_Connection* handle, const NetAddress& remote, bool encrypted)
    : handle_(handle), remote_(remote) {
  const auto* const socket = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
  PENSTOCK_CHECK(socket != nullptr);
  fd_ = socket->connect_fd;
  if (!encrypted) return;
  const auto* const session = MHD_get_connection_info(handle, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  PENSTOCK_CHECK(session != nullptr);
  session_ = session->tls_session;
  ask_for_certificate(session_);
}

HttpPeer Http1Connection::peer() {
  if (session_ != nullptr && !certificate_read_) {
    certificate_ = client_certificate(session_);
    certificate_read_ = true;
  }
  HttpPeer peer;
  peer.address = remote_.text();
  peer.encrypted = session_ != nullptr;
  peer.loopback = remote_.is_loopback();
  if (certificate_ && certificate_->valid_at(std::time(nullptr)))
    peer.certificate = certificate_->fingerprint;
  return peer;
}

void Http1Connection::enter(Phase phase) {
  phase_ = phase;
  fresh_ = true;
  if (phase != Phase::head) used_ = true;
}

void Http1Connection::hold(bool held) {
  held_ = held;
  fresh_ = true;
}

void Http1Connection::end_request() {
  request_ = nullptr;
  held_ = false;
  enter(Phase::head);
}

std::optional<Http1Count> Http1Connection::overdue(const Http1Limits& limits, Clock::time_point now) {
  if (cut_) return std::nullopt;
  if (fresh_) {
    fresh_ = false;
    since_ = now;
    if (phase_ == Phase::receiving || phase_ == Phase::sending) {
      const std::optional<TcpProgress> progress = tcp_progress(fd_);
      if (progress) moved_bytes_ = progress->moved_bytes;
    }
    return std::nullopt;
  }
  switch (phase_) {
    case Phase::head:
      if (was_left()) return Http1Count::cut_left;
      if (!used_ && now - since_ >= limits.head_time) return Http1Count::cut_in_head;
      if (used_ && now - since_ >= limits.idle_time) return Http1Count::cut_idle;
      return std::nullopt;
    case Phase::service:
      return std::nullopt;
    case Phase::receiving:
      if (!held_ && was_left()) return Http1Count::cut_left;
      [[fallthrough]];
    case Phase::sending:
      if (moves_too_little(limits, now)) return Http1Count::cut_slow;
      return std::nullopt;
  }
  return std::nullopt;
}

bool Http1Connection::was_left() const {
  const std::optional<TcpProgress> progress = tcp_progress(fd_);
  return progress && progress->remote_ended && progress->all_read;
}

bool Http1Connection::moves_too_little(const Http1Limits& limits, Clock::time_point now) {
  if (held_ || now - since_ < limits.progress_interval) return false;
  const std::optional<TcpProgress> progress = tcp_progress(fd_);
  if (!progress) return false;
  const bool too_little = progress->moved_bytes - moved_bytes_ < limits.progress_bytes;
  since_ = now;
  moved_bytes_ = progress->moved_bytes;
  return too_little;
}

void Http1Connection::cut() {
  cut_ = true;
  ::shutdown(fd_, SHUT_RDWR);
}

bool Http1Connection::may_be_answered() const {
  return request_ != nullptr && (phase_ == Phase::head || phase_ == Phase::receiving);
}

void Http1Connection::say(std::string_view text) {
  if (session_ != nullptr) {
    gnutls_record_send(static_cast<gnutls_session_t>(session_), text.data(), text.size());
  } else {
    // NOLINTNEXTLINE(bugprone-unused-return-value): a client that reads nothing gets no answer
    static_cast<void>(::send(fd_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
  }
}

}  // namespace penstock
