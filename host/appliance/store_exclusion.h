// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "ingest/entry_stream.h"

namespace penstock {

// An entry stream without one directory and all below it: a store that is put into itself would grow while it
// is read. One thread.
class StoreExclusion final : public EntryStream {
 public:
  // `met` is told the path of the directory where it is left out.
  StoreExclusion(std::unique_ptr<EntryStream> entries, const std::string& directory,
                 std::function<void(const std::string& path)> met);

  Result<std::optional<Entry>> next() override;

 private:
  // What tells a directory from any other, whatever path leads to it.
  struct Identity {
    uint64_t device = 0;
    uint64_t inode = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };
  static std::optional<Identity> identity_of(const std::string& path);

  Status skip_directory();

  std::unique_ptr<EntryStream> entries_;
  const std::optional<Identity> excluded_;
  const std::function<void(const std::string& path)> met_;
};

}  // namespace penstock
