// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "ingest/owned_fd.h"
#include "port/net_address.h"

namespace penstock {

struct RawResponse {
  unsigned status = 0;                          // 0: the connection ended before a head was complete
  std::map<std::string, std::string> fields{};  // names in lower case
  std::string body{};
  bool whole = false;  // its end came where it said it would
};

// A TCP connection that sends exactly the bytes it is told to, and reads responses with as little as that
// takes. Gives up after ten seconds of silence.
class RawClient {
 public:
  // `receive_buffer_bytes`: 0 leaves it to the system.
  explicit RawClient(const NetAddress& server, int receive_buffer_bytes = 0);

  bool connected() const { return static_cast<bool>(fd_); }
  bool send(std::string_view bytes);  // all of it; false: the connection has ended
  void end_sending();
  void reset();  // and closes
  // Reads a response and takes chunks apart. `to_head`: the answer to HEAD.
  RawResponse receive(bool to_head = false);
  // All that comes until the connection ends.
  std::string receive_all();
  // Whether the server ended the connection, orderly or not, within the time.
  bool ended_within(std::chrono::milliseconds time);
  // One more read; false: the connection has ended, or nothing came.
  bool read_more(size_t bytes_max = 64 << 10);
  const std::string& unread() const { return unread_; }

 private:
  bool read_until(std::string_view mark, std::string& text);
  bool read_bytes(size_t count, std::string& text);
  bool read_chunks(std::string& text);

  OwnedFd fd_;
  std::string unread_;
};

}  // namespace penstock
