// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "ingest/found_file.h"
#include "ingest/settle_rule.h"

namespace penstock {

// A regular file by its name in a directory that stays open.
class ListedFile final : public FoundFile {
 public:
  struct Place {
    int directory_fd = -1;
    std::string name;       // in it
    std::string path;       // for messages
    bool follow = false;    // what a symlink leads to
    uint64_t fs_magic = 0;  // statfs(2)'s f_type
  };
  ListedFile(Place place, const SettleRule& settle) : place_(std::move(place)), settle_(&settle) {}

  Result<OpenedFile> open() override;
  bool list_xattrs(std::vector<std::string>& names) override;
  bool can_read_xattr(const std::string& name) override;

 private:
  Place place_;
  const SettleRule* settle_;
};

}  // namespace penstock
