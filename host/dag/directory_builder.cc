// SPDX-License-Identifier: Apache-2.0
#include "dag/directory_builder.h"

#include <string>
#include <utility>
#include <vector>

#include "dag/dag_pb.h"
#include "dag/entry_name.h"
#include "dag/hamt_builder.h"
#include "dag/unixfs.h"

namespace penstock {
namespace {

constexpr size_t kPlainBytesMax = 262144;

}  // namespace

Status DirectoryBuilder::add(std::string_view name, const DagLink& link) {
  if (std::string fault = entry_name_fault(name); !fault.empty())
    return fail(Errc::usage, "'" + printable(name) + "'", std::move(fault), "rename it");
  entries_.add(name, link.cid, link.dag_bytes);
  return {};
}

Result<DagLink> DirectoryBuilder::finish() {
  DirectoryEntries entries = std::exchange(entries_, {});
  entries.sort();
  for (size_t i = 1; i < entries.size(); ++i) {
    if (entries.name(i - 1) == entries.name(i))
      return fail(Errc::usage, "'" + printable(entries.name(i)) + "'",
                  "two entries of one directory have this name", "rename one, or put them apart");
  }

  UnixfsData data;
  data.type = UnixfsType::directory;
  std::vector<uint8_t> block;
  append_pb_data(block, encode_unixfs(data));
  size_t block_bytes = block.size();
  for (size_t i = 0; i < entries.size(); ++i)
    block_bytes += pb_link_bytes(entries.name(i).size(), entries[i].dag_bytes);
  if (block_bytes > kPlainBytesMax) return put_hamt(*sink_, entries);

  block.clear();
  block.reserve(block_bytes);
  DagLink directory;
  for (size_t i = 0; i < entries.size(); ++i) {
    const DirectoryEntries::Entry entry = entries[i];
    append_pb_link(block, entry.cid, entry.name, entry.dag_bytes);
    directory.dag_bytes += entry.dag_bytes;
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
