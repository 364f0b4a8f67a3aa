// SPDX-License-Identifier: Apache-2.0
#include "dag/hard_link_list.h"

#include <algorithm>
#include <vector>

#include "dag/cbor_writer.h"
#include "dag/entry_name.h"
#include "dag/meta_entry.h"
#include "dag/sharded_list_builder.h"
#include "dag/sharded_list_reader.h"

namespace penstock {
namespace {

constexpr uint64_t kMembersMin = 2;

Result<HardLinkGroup> take_group(CborReader& from) {
  const auto malformed = [](std::string why) { return fail(Errc::corrupt, "hard links", std::move(why)); };
  PENSTOCK_TRY_ASSIGN(const size_t parts, from.array());
  if (parts != 2) return malformed("a group that has not 2 parts");
  HardLinkGroup group;
  PENSTOCK_TRY_ASSIGN(const Bytes path, from.bytes());
  group.path = as_text(path);
  PENSTOCK_TRY_ASSIGN(group.members, from.natural());
  if (std::string why = hard_link_path_fault(group.path); !why.empty()) return malformed(std::move(why));
  if (group.members < kMembersMin) return malformed("a group of one");
  return group;
}

}  // namespace

bool walks_before(std::string_view a, std::string_view b) {
  // A slash ends a component, so it comes before any byte that goes on with it; NUL is in none.
  const auto rank = [](char c) { return c == '/' ? 0 : static_cast<int>(static_cast<unsigned char>(c)); };
  return std::ranges::lexicographical_compare(a, b, {}, rank, rank);
}

Result<std::optional<Cid>> put_hard_links(BlockSink& sink, std::span<const HardLinkGroup> groups) {
  if (groups.empty()) return std::optional<Cid>();
  ShardedListBuilder list(sink, false, {});
  std::vector<uint8_t> entry;
  const HardLinkGroup* before = nullptr;
  for (const HardLinkGroup& group : groups) {
    const bool ascends = before == nullptr || walks_before(before->path, group.path);
    if (!ascends || group.members < kMembersMin || !hard_link_path_fault(group.path).empty())
      return fail(Errc::usage, "'" + printable(group.path) + "'", "cannot stand here among the hard links");
    before = &group;
    entry.clear();
    CborWriter to(entry);
    to.array(2);
    to.bytes(as_bytes(group.path));
    to.natural(group.members);
    PENSTOCK_TRY(list.add(group.path, entry, {}));
  }
  PENSTOCK_TRY_ASSIGN(const ShardedListBuilder::Links links, list.finish());
  return std::optional(links.list);
}

Result<uint64_t> count_hard_links(BlockSource& source, const std::optional<Cid>& list,
                                  std::string_view path) {
  if (!list) return 1;
  ShardedListReader shards(source, *list, std::nullopt, walks_before);
  shards.skip_to(path);
  while (true) {
    PENSTOCK_TRY_ASSIGN(const bool more, shards.next());
    if (!more) return 1;
    const auto group = take_group(shards.entries());
    if (!group) return shards.fault(group.error());
    PENSTOCK_TRY(shards.took(group->path));
    if (group->path == path) return group->members;
    if (walks_before(path, group->path)) return 1;
  }
}

}  // namespace penstock
