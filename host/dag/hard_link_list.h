// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"

namespace penstock {

// Files of a put that have several names in it: the path of the first in walk order, and how many there are.
struct HardLinkGroup {
  std::string path;      // "top/a/b"
  uint64_t members = 0;  // 2 or more
};

// Whether path `a` comes before `b` in a walk: component by component.
bool walks_before(std::string_view a, std::string_view b);

// Puts the list of `groups`; nothing of none. usage error: they do not ascend by walks_before, or are no
// groups.
Result<std::optional<Cid>> put_hard_links(BlockSink& sink, std::span<const HardLinkGroup> groups);
// How many names the file whose first name is `path` has: 1 where no group says more. corrupt: a block is
// missing or malformed.
Result<uint64_t> count_hard_links(BlockSource& source, const std::optional<Cid>& list, std::string_view path);

}  // namespace penstock
