// SPDX-License-Identifier: Apache-2.0
#include "raw_client.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace penstock {
namespace {

constexpr int kPatienceMs = 60'000;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

RawClient::RawClient(const NetAddress& server, int receive_buffer_bytes)
    : fd_(::socket(server.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer_bytes != 0)
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  if (::connect(fd_.get(), server.raw(), server.raw_bytes()) != 0) fd_.close();
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void RawClient::end_sending() {
  ::shutdown(fd_.get(), SHUT_WR);
}

void RawClient::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  fd_.close();
}

bool RawClient::read_more(size_t bytes_max) {
  pollfd polled{fd_.get(), POLLIN, 0};
  if (::poll(&polled, 1, kPatienceMs) <= 0) return false;
  const size_t before = unread_.size();
  unread_.resize(before + bytes_max);
  const ssize_t bytes = ::recv(fd_.get(), unread_.data() + before, bytes_max, 0);
  unread_.resize(before + static_cast<size_t>(std::max<ssize_t>(bytes, 0)));
  return bytes > 0;
}

bool RawClient::read_until(std::string_view mark, std::string& text) {
  size_t at = unread_.find(mark);
  while (at == std::string::npos) {
    if (!read_more()) return false;
    at = unread_.find(mark);
  }
  text = unread_.substr(0, at);
  unread_.erase(0, at + mark.size());
  return true;
}

bool RawClient::read_bytes(size_t count, std::string& text) {
  while (unread_.size() < count)
    if (!read_more()) break;
  const size_t taken = std::min(count, unread_.size());
  text.append(unread_, 0, taken);
  unread_.erase(0, taken);
  return taken == count;
}

bool RawClient::read_chunks(std::string& text) {
  for (;;) {
    std::string size;
    std::string rest;
    if (!read_until("\r\n", size)) return false;
    const size_t bytes = std::strtoull(size.c_str(), nullptr, 16);
    if (!read_bytes(bytes, text) || !read_until("\r\n", rest) || !rest.empty()) return false;
    if (bytes == 0) return true;
  }
}

RawResponse RawClient::receive(bool to_head) {
  RawResponse response;
  std::string head;
  if (!read_until("\r\n\r\n", head)) return response;
  response.status = static_cast<unsigned>(std::atoi(head.c_str() + std::string_view("HTTP/1.1 ").size()));
  head += "\r\n";
  for (size_t at = head.find("\r\n") + 2; at < head.size();) {
    const size_t end = head.find("\r\n", at);
    const size_t colon = head.find(':', at);
    response.fields[lower(head.substr(at, colon - at))] = head.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  const bool none = to_head || response.status < 200 || response.status == 204 || response.status == 304;
  if (none) {
    response.whole = true;
  } else if (response.fields.contains("transfer-encoding")) {
    response.whole = read_chunks(response.body);
  } else if (response.fields.contains("content-length")) {
    response.whole =
        read_bytes(std::strtoull(response.fields["content-length"].c_str(), nullptr, 10), response.body);
  } else {
    response.body = receive_all();
  }
  return response;
}

std::string RawClient::receive_all() {
  while (read_more()) {
  }
  return std::exchange(unread_, {});
}

bool RawClient::ended_within(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd polled{fd_.get(), POLLIN, 0};
    if (left.count() <= 0 || ::poll(&polled, 1, static_cast<int>(left.count())) <= 0) return false;
    if (!read_more()) return true;
  }
}

}  // namespace penstock
