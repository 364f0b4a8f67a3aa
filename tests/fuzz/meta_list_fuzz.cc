// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "base/check.h"
#include "dag/hard_link_list.h"
#include "dag/meta_list_reader.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/hostile_blocks.h"

// Input: blocks (hostile_blocks.h); the first is the list's top, the second its scan list's.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  FuzzInput input({data, size});
  HostileBlocks blocks(input);
  const Cid list = HostileBlocks::root(Multicodec::dag_cbor);
  Cid scan = list;
  scan.digest.bytes.back() = 1;
  (void)count_hard_links(blocks, list, "a/b");

  MetaListReader reader(blocks, list, scan);
  std::vector<MetaEntry> entries;
  while (true) {
    const auto entry = reader.next();
    if (!entry) return 0;
    if (!*entry) break;
    PENSTOCK_CHECK(meta_entry_fault(**entry).empty());
    PENSTOCK_CHECK(entries.empty() || entries.back().name < (*entry)->name);
    entries.push_back(**entry);
  }
  for (size_t i = 0; i < entries.size(); i += 1 + entries.size() / 8) {
    const auto found = look_up_meta(blocks, list, entries[i].name);
    PENSTOCK_CHECK(found.has_value());
    PENSTOCK_CHECK(*found == entries[i]);
  }
  return 0;
}
