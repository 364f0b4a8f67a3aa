// SPDX-License-Identifier: Apache-2.0
#include "ingest/descriptor_entry_stream.h"

#include <unistd.h>

#include <utility>

#include "ingest/descriptor_source.h"

namespace penstock {

Result<std::optional<Entry>> DescriptorEntryStream::next() {
  if (std::exchange(given_, true)) return std::optional<Entry>();
  Entry entry;
  entry.name = name_;
  entry.path = fd_ == STDIN_FILENO ? "standard input" : name_;
  entry.source = std::make_unique<DescriptorSource>(fd_, entry.path);
  return std::optional<Entry>(std::move(entry));
}

}  // namespace penstock
