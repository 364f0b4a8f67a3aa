// SPDX-License-Identifier: Apache-2.0
#include "dag/directory_builder.h"

#include <algorithm>

#include "dag/dag_pb.h"
#include "dag/entry_name.h"
#include "dag/hamt_builder.h"
#include "dag/murmur3.h"
#include "dag/unixfs.h"

namespace penstock {
namespace {

constexpr size_t kPlainBytesMax = 262144;

}  // namespace

Status DirectoryBuilder::add(std::string name, const DagLink& link) {
  if (std::string fault = entry_name_fault(name); !fault.empty())
    return fail(Errc::usage, "'" + printable(name) + "'", std::move(fault), "rename it");
  entries_.push_back({std::move(name), link});
  return {};
}

Result<DagLink> DirectoryBuilder::finish() {
  std::vector<Entry> entries = std::exchange(entries_, {});
  std::ranges::sort(entries, {}, &Entry::name);
  const auto clash = std::ranges::adjacent_find(entries, {}, &Entry::name);
  if (clash != entries.end()) {
    return fail(Errc::usage, "'" + printable(clash->name) + "'",
                "two entries of one directory have this name", "rename one, or put them apart");
  }

  UnixfsData data;
  data.type = UnixfsType::directory;
  std::vector<uint8_t> block;
  append_pb_data(block, encode_unixfs(data));
  size_t block_bytes = block.size();
  for (const Entry& entry : entries) block_bytes += pb_link_bytes(entry.name.size(), entry.link.dag_bytes);
  if (block_bytes > kPlainBytesMax) {
    std::vector<HamtEntry> hashed;
    hashed.reserve(entries.size());
    for (const Entry& entry : entries)
      hashed.push_back({murmur3_x64_64(as_bytes(entry.name)), entry.name, entry.link});
    return put_hamt(*sink_, hashed);
  }

  block.clear();
  block.reserve(block_bytes);
  DagLink directory;
  for (const Entry& entry : entries) {
    append_pb_link(block, entry.link.cid, entry.name, entry.link.dag_bytes);
    directory.dag_bytes += entry.link.dag_bytes;
  }
  append_pb_data(block, encode_unixfs(data));
  directory.cid = cid_of(Multicodec::dag_pb, block);
  directory.dag_bytes += block.size();
  PENSTOCK_TRY(sink_->put(directory.cid, block));
  return directory;
}

Result<DagLink> put_symlink(BlockSink& sink, std::string_view target) {
  if (std::string fault = symlink_target_fault(target); !fault.empty())
    return fail(Errc::usage, "symlink to '" + printable(target) + "'", std::move(fault), "leave it out");
  UnixfsData data;
  data.type = UnixfsType::symlink;
  data.data = as_bytes(target);
  std::vector<uint8_t> block;
  append_pb_data(block, encode_unixfs(data));
  const Cid cid = cid_of(Multicodec::dag_pb, block);
  PENSTOCK_TRY(sink.put(cid, block));
  return DagLink{.cid = cid, .content_bytes = 0, .dag_bytes = block.size()};
}

}  // namespace penstock
