// SPDX-License-Identifier: Apache-2.0
#include "dag/dag_pb.h"

#include <algorithm>

#include "base/check.h"
#include "dag/varint.h"

namespace penstock {
namespace {

// Protobuf tags: field number and wire type in one byte.
constexpr uint8_t kNodeData = 1 << 3 | 2;
constexpr uint8_t kNodeLinks = 2 << 3 | 2;
constexpr uint8_t kLinkHash = 1 << 3 | 2;
constexpr uint8_t kLinkName = 2 << 3 | 2;
constexpr uint8_t kLinkTsize = 3 << 3 | 0;
constexpr size_t kV0Bytes = 34;  // 0x12, 32, digest

bool take_tag(Bytes& from, uint8_t tag) {
  if (from.empty() || from[0] != tag) return false;
  from = from.subspan(1);
  return true;
}

Result<Cid> link_cid(Bytes hash) {
  if (hash.size() == kV0Bytes && hash[0] == 0x12 && hash[1] == 32) {
    Cid cid{Multicodec::dag_pb, {}};
    std::ranges::copy(hash.subspan(2), cid.digest.bytes.begin());
    return cid;
  }
  return parse_binary_cid(hash);
}

// The fault of the link in front of `from`, or nothing; the link is taken and `link` set.
std::optional<std::string> take_link(Bytes& from, PbLink& link) {
  if (!take_tag(from, kNodeLinks)) return "an unknown field, or one out of order";
  auto message = take_delimited(from);
  if (!message) return "a link that is cut off";
  if (!take_tag(*message, kLinkHash)) return "a link without a hash";
  const auto hash = take_delimited(*message);
  if (!hash) return "a link's hash is cut off";
  auto cid = link_cid(*hash);
  if (!cid) return "a link's hash is none of our CIDs: " + cid.error().why;
  link = {.cid = *cid, .name = {}, .dag_bytes = 0};
  if (take_tag(*message, kLinkName)) {
    const auto name = take_delimited(*message);
    if (!name) return "a link's name is cut off";
    link.name = as_text(*name);
  }
  if (take_tag(*message, kLinkTsize)) {
    const auto bytes = take_varint(*message);
    if (!bytes) return "a link's Tsize is malformed";
    link.dag_bytes = *bytes;
  }
  if (!message->empty()) return "a link with an unknown field, or one out of order";
  return std::nullopt;
}

Failure malformed(std::string why) {
  return fail(Errc::corrupt, "dag-pb block", std::move(why));
}

}  // namespace

PbNode::Iterator::Iterator(Bytes rest) : rest_(rest), next_(rest) {
  if (!rest_.empty()) PENSTOCK_CHECK(!take_link(next_, link_));
}

PbNode::Iterator& PbNode::Iterator::operator++() {
  *this = Iterator(next_);
  return *this;
}

Result<PbNode> PbNode::decode(Bytes block) {
  PbNode node;
  Bytes rest = block;
  PbLink link;
  while (!rest.empty() && rest[0] != kNodeData) {
    if (auto fault = take_link(rest, link)) return malformed(std::move(*fault));
    ++node.link_count_;
  }
  node.links_ = block.first(block.size() - rest.size());
  if (take_tag(rest, kNodeData)) {
    node.data_ = take_delimited(rest);
    if (!node.data_) return malformed("its data is cut off");
  }
  if (!rest.empty()) return malformed("bytes behind its data");
  return node;
}

void append_pb_link(std::vector<uint8_t>& block, const Cid& cid, std::string_view name, uint64_t dag_bytes) {
  const auto hash = cid.binary();
  const size_t message =
      2 + hash.size() + 1 + varint_bytes(name.size()) + name.size() + 1 + varint_bytes(dag_bytes);
  block.push_back(kNodeLinks);
  append_varint(block, message);
  block.push_back(kLinkHash);
  append_varint(block, hash.size());
  block.insert(block.end(), hash.begin(), hash.end());
  block.push_back(kLinkName);
  append_varint(block, name.size());
  block.insert(block.end(), name.begin(), name.end());
  block.push_back(kLinkTsize);
  append_varint(block, dag_bytes);
}

void append_pb_data(std::vector<uint8_t>& block, Bytes data) {
  block.push_back(kNodeData);
  append_varint(block, data.size());
  block.insert(block.end(), data.begin(), data.end());
}

size_t pb_link_bytes(size_t name_bytes, uint64_t dag_bytes) {
  const size_t message =
      2 + Cid::kBinaryBytes + 1 + varint_bytes(name_bytes) + name_bytes + 1 + varint_bytes(dag_bytes);
  return 1 + varint_bytes(message) + message;
}

}  // namespace penstock
