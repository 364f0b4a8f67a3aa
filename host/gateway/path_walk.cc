// SPDX-License-Identifier: Apache-2.0
#include "gateway/path_walk.h"

#include <algorithm>
#include <charconv>

#include "dag/dag_cbor.h"
#include "dag/directory_reader.h"
#include "dag/entry_name.h"
#include "dag/object_source.h"

namespace penstock {
namespace {

// Notes what is read through it.
class NotingSource final : public BlockSource {
 public:
  NotingSource(BlockSource& source, std::vector<Cid>& blocks) : source_(&source), blocks_(&blocks) {}

  Result<Bytes> read(const Cid& cid) override {
    if (std::ranges::find(*blocks_, cid) == blocks_->end()) blocks_->push_back(cid);
    return source_->read(cid);
  }

 private:
  BlockSource* source_;
  std::vector<Cid>* blocks_;
};

const CborValue* child_of(const CborValue& value, const std::string& name) {
  if (const auto* map = value.as<CborValue::Map>()) {
    const auto field = std::ranges::find(*map, name, &CborField::key);
    return field == map->end() ? nullptr : &field->value;
  }
  if (const auto* array = value.as<CborValue::Array>()) {
    size_t index = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (error != std::errc() || end != name.data() + name.size() || index >= array->size()) return nullptr;
    return &(*array)[index];
  }
  return nullptr;
}

// Takes the segments that lead to a link out of the block; all of them, and no link, if there is none on the
// way.
Result<std::optional<Cid>> walk_cbor(BlockSource& source, const Cid& cid,
                                     std::span<const std::string>& segments) {
  PENSTOCK_TRY_ASSIGN(const Bytes block, source.read(cid));
  const auto decoded = decode_dag_cbor(block);
  if (!decoded) return fault_in_block(cid, decoded.error());
  const CborValue* at = &*decoded;
  for (size_t i = 0; i < segments.size(); ++i) {
    at = child_of(*at, segments[i]);
    if (at == nullptr)
      return fail(Errc::absent, "'" + printable(segments[i]) + "'", cid.text() + " has no such field");
    if (const auto* link = at->as<Cid>()) {
      segments = segments.subspan(i + 1);
      return std::optional(*link);
    }
  }
  return std::optional<Cid>();
}

}  // namespace

Result<PathWalk> walk_path(BlockSource& source, const Cid& root, std::span<const std::string> segments) {
  PathWalk walk;
  NotingSource noting(source, walk.blocks);
  // Once the way has begun, what is not there is damage.
  ObjectSource blocks(noting, root);
  walk.target = root;
  walk.roots.push_back(root);
  while (!segments.empty()) {
    if (walk.target.codec == Multicodec::dag_cbor) {
      PENSTOCK_TRY_ASSIGN(const std::optional<Cid> link, walk_cbor(blocks, walk.target, segments));
      if (!link) {
        walk.segments_left = segments.size();
        return walk;
      }
      walk.target = *link;
    } else {
      PENSTOCK_TRY_ASSIGN(const DirectoryEntry entry,
                          DirectoryReader(blocks).lookup(walk.target, segments[0]));
      walk.target = entry.cid;
      segments = segments.subspan(1);
    }
    walk.roots.push_back(walk.target);
  }
  return walk;
}

}  // namespace penstock
