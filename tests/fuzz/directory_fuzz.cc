// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "base/check.h"
#include "dag/directory_reader.h"
#include "dag/entry_name.h"
#include "dag/object_info.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/hostile_blocks.h"

// Input: blocks (hostile_blocks.h); the first is the directory, plain or HAMT.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  FuzzInput input({data, size});
  HostileBlocks blocks(input);
  const Cid root = HostileBlocks::root(Multicodec::dag_pb);
  (void)inspect(blocks, root);
  (void)resolve_path(blocks, root, "a/b");

  DirectoryReader reader(blocks);
  const auto entries = reader.list(root);
  if (!entries) return 0;
  const auto before = [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; };
  PENSTOCK_CHECK(std::ranges::is_sorted(*entries, before));
  for (size_t i = 0; i < entries->size(); ++i) {
    const DirectoryEntry& entry = (*entries)[i];
    PENSTOCK_CHECK(entry_name_fault(entry.name).empty());
    PENSTOCK_CHECK(i == 0 || (*entries)[i - 1].name != entry.name);
    if (i >= 4) continue;
    const auto found = reader.lookup(root, entry.name);
    PENSTOCK_CHECK(found.has_value());
    PENSTOCK_CHECK(found->cid == entry.cid && found->dag_bytes == entry.dag_bytes);
  }
  return 0;
}
