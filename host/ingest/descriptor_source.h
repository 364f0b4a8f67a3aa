// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ingest/source.h"

namespace penstock {

// What a descriptor gives until it ends: standard input, a pipe, a socket. Waits for more until `into` is
// full, so that a writer of small pieces does not make small batches. The descriptor stays the caller's and
// may be non-blocking.
class DescriptorSource final : public Source {
 public:
  DescriptorSource(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

  Result<ReadResult> read(MutableBytes into) override;
  bool may_wait() const override { return true; }

 private:
  int fd_;
  std::string name_;  // for messages
  bool ended_ = false;
};

}  // namespace penstock
