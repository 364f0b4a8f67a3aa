// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ingest/entry_stream.h"

namespace penstock {

// One file entry whose content a descriptor gives. The descriptor stays the caller's.
class DescriptorEntryStream final : public EntryStream {
 public:
  DescriptorEntryStream(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

  Result<std::optional<Entry>> next() override;

 private:
  int fd_;
  std::string name_;
  bool given_ = false;
};

}  // namespace penstock
