// SPDX-License-Identifier: Apache-2.0
#include "dag/tree_cursor.h"

#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "dag/entry_name.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/hostile_blocks.h"

namespace {

using namespace penstock;

Cid numbered(Multicodec codec, uint8_t number) {
  Cid cid = HostileBlocks::root(codec);
  cid.digest.bytes.back() = number;
  return cid;
}

// What a reader may rely on, whatever the blocks are.
void check_entry(const TreeEntry& entry) {
  PENSTOCK_CHECK(entry_name_fault(entry.name).empty());
  PENSTOCK_CHECK(entry.content || entry.meta);
  if (!entry.meta) return;
  PENSTOCK_CHECK(meta_entry_fault(*entry.meta).empty());
  PENSTOCK_CHECK(entry.meta->name == entry.name);
  PENSTOCK_CHECK(has_content(*entry.meta) == entry.content.has_value());
  PENSTOCK_CHECK(entry.list == entry.meta->list);
}

// All entries, or nothing where a block of the content is damaged.
std::optional<std::vector<TreeEntry>> walk(BlockSource& blocks, const TreeDirectory& directory,
                                           const MetaDamageSink& damage) {
  auto cursor = TreeCursor::open(blocks, directory, damage);
  if (!cursor) return std::nullopt;
  std::vector<TreeEntry> entries;
  while (true) {
    auto next = cursor->next();
    if (!next) return std::nullopt;
    if (!*next) return entries;
    check_entry(**next);
    PENSTOCK_CHECK(entries.empty() || entries.back().name < (*next)->name);
    entries.push_back(std::move(**next));
  }
}

}  // namespace

// Input: blocks (hostile_blocks.h); the first is the content's directory, the second the meta list's top, the
// third its scan list's.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzInput input({data, size});
  HostileBlocks blocks(input);
  const TreeDirectory directory{numbered(Multicodec::dag_pb, 0), numbered(Multicodec::dag_cbor, 1),
                                numbered(Multicodec::dag_cbor, 2)};
  size_t damages = 0;
  const auto tolerant = walk(blocks, directory, [&](const Error&) { ++damages; });
  const auto strict = walk(blocks, directory, {});
  PENSTOCK_CHECK(tolerant || !strict);
  if (!tolerant) return 0;
  if (strict) PENSTOCK_CHECK(strict->size() == tolerant->size());

  for (size_t i = 0; i < tolerant->size(); i += 1 + tolerant->size() / 4) {
    const TreeEntry& entry = (*tolerant)[i];
    auto cursor = TreeCursor::open(blocks, directory, [](const Error&) {});
    PENSTOCK_CHECK(cursor.has_value());
    PENSTOCK_CHECK(cursor->seek(entry.name).has_value());
    const auto found = cursor->next();
    // A seek passes over what is damaged before it, and meets damage that a walk gave up before.
    if (!strict) continue;
    PENSTOCK_CHECK(found && *found && (*found)->name == entry.name && (*found)->content == entry.content);
    if (entry.content) PENSTOCK_CHECK(look_up_entry(blocks, directory, entry.name).has_value());
  }
  return 0;
}
