// SPDX-License-Identifier: Apache-2.0
#include "fault/file_operation.h"

#include <fmt/format.h>

namespace penstock {

std::string describe(const FileOperation& operation) {
  using Kind = FileOperation::Kind;
  const std::string entry = fmt::format("{}:{}", operation.entry.directory, operation.entry.name);
  const bool failed = operation.outcome != FileOperation::Outcome::done;
  switch (operation.kind) {
    case Kind::create:
      return fmt::format("create {} = node {}", entry, operation.node);
    case Kind::make_directory:
      return fmt::format("make directory {} = node {}", entry, operation.node);
    case Kind::rename:
      return fmt::format("rename {} to {}:{}", entry, operation.target.directory, operation.target.name);
    case Kind::remove:
      return fmt::format("remove {}", entry);
    case Kind::write:
      return fmt::format("write node {} [{}, +{})", operation.node, operation.offset, operation.bytes.size());
    case Kind::truncate:
      return fmt::format("truncate node {} to {}", operation.node, operation.offset);
    case Kind::sync:
      return fmt::format("sync node {}{}", operation.node, failed ? ": EIO" : "");
    case Kind::sync_directory:
      return fmt::format("sync directory {}{}", operation.node, failed ? ": EIO" : "");
  }
  return {};
}

}  // namespace penstock
