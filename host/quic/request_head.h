// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/http_message.h"

namespace penstock {

// The fields of a request as they come, up to the size that is allowed. What RFC 9114 (section 4.3) demands
// of their order and of pseudo-fields the library has checked; the rest is checked here. Owned by its stream.
class RequestHead {
 public:
  explicit RequestHead(size_t section_bytes_max) : bytes_left_(section_bytes_max) {}

  void add(int32_t token, std::string_view name, std::string_view value);
  // 0, or the status that refuses it: 431, 400.
  unsigned check(bool last);
  const HttpRequest& request() const { return request_; }

 private:
  HttpRequest request_{};
  size_t bytes_left_;
  bool too_large_ = false;
  bool wrong_ = false;
};

}  // namespace penstock
