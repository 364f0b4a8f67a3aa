// SPDX-License-Identifier: Apache-2.0
#include "dag/meta_root.h"

#include "base/limits.h"
#include "dag/cbor_reader.h"
#include "dag/cbor_writer.h"
#include "dag/meta_entry.h"
#include "dag/object_source.h"

namespace penstock {
namespace {

Failure malformed(std::string why) {
  return fail(Errc::corrupt, "metadata root", std::move(why));
}

std::string owners_fault(const std::vector<OwnerName>& owners) {
  for (size_t i = 0; i < owners.size(); ++i) {
    if (owners[i].id > kOwnerMax) return "an owner that is none";
    if (owners[i].name.empty() || owners[i].name.find('\0') != std::string::npos)
      return "an owner whose name is empty, or has a NUL byte in it";
    if (i > 0 && owners[i - 1].id >= owners[i].id)
      return "owners that are out of order, or one that stands twice";
  }
  return {};
}

// Why no root can be this one; empty if one can.
std::string root_fault(const MetaRoot& root) {
  for (const std::optional<Cid>& link : {std::optional(root.tops), root.scan, root.hard_links}) {
    if (link && link->codec != Multicodec::dag_cbor) return "a link to what is no dag-cbor block";
  }
  size_t path_bytes = 0;
  for (const std::string& path : root.from) {
    if (!path.starts_with('/') || path.find('\0') != std::string::npos)
      return "a path that is not absolute, or has a NUL byte in it";
    path_bytes += from_bytes(path);
  }
  if (path_bytes > kFromBytesMax) return "paths of over 1 MiB";
  size_t name_bytes = 0;
  for (const OwnerName& owner : root.users) name_bytes += owner_name_bytes(owner);
  for (const OwnerName& owner : root.groups) name_bytes += owner_name_bytes(owner);
  if (name_bytes > kOwnerNamesBytesMax) return "owners' names of over 524,288 bytes";
  if (std::string why = owners_fault(root.users); !why.empty()) return why;
  if (std::string why = shortfall_fault(root.unread); !why.empty()) return why;
  if (std::string why = choice_fault(root.choice); !why.empty()) return why;
  return owners_fault(root.groups);
}

void put_optional(CborWriter& to, const std::optional<Cid>& link) {
  if (link) {
    to.link(*link);
  } else {
    to.null();
  }
}

Result<std::optional<Cid>> take_optional(CborReader& from) {
  if (from.take_null()) return std::optional<Cid>();
  PENSTOCK_TRY_ASSIGN(const Cid link, from.link());
  return std::optional(link);
}

void put_owners(CborWriter& to, const std::vector<OwnerName>& owners) {
  to.array(owners.size());
  for (const OwnerName& owner : owners) {
    to.array(2);
    to.natural(owner.id);
    to.bytes(as_bytes(owner.name));
  }
}

Result<std::vector<OwnerName>> take_owners(CborReader& from) {
  std::vector<OwnerName> owners;
  PENSTOCK_TRY_ASSIGN(const size_t count, from.array());
  for (size_t i = 0; i < count; ++i) {
    PENSTOCK_TRY_ASSIGN(const size_t parts, from.array());
    if (parts != 2) return malformed("an owner that has not 2 parts");
    PENSTOCK_TRY_ASSIGN(const uint64_t id, from.natural(kOwnerMax));
    PENSTOCK_TRY_ASSIGN(const Bytes name, from.bytes());
    owners.push_back({static_cast<uint32_t>(id), std::string(as_text(name))});
  }
  return owners;
}

Status take_kind(CborReader& from, std::string_view kind) {
  PENSTOCK_TRY(from.key_is("kind"));
  PENSTOCK_TRY_ASSIGN(const std::string_view found, from.text());
  if (found != kind) return malformed("it is of another kind");
  return {};
}

}  // namespace

size_t owner_name_bytes(const OwnerName& owner) {
  return 1 + cbor_head_bytes(owner.id) + cbor_head_bytes(owner.name.size()) + owner.name.size();
}

size_t from_bytes(std::string_view path) {
  return cbor_head_bytes(path.size()) + path.size();
}

Result<std::vector<uint8_t>> encode_meta_root(const MetaRoot& root) {
  if (std::string why = root_fault(root); !why.empty())
    return fail(Errc::usage, "metadata root", std::move(why));
  std::vector<uint8_t> block;
  CborWriter to(block);
  to.map(8 + (root.choice.any() ? 1 : 0) + (root.unread.any() ? 1 : 0));
  to.text("from");
  to.array(root.from.size());
  for (const std::string& path : root.from) to.bytes(as_bytes(path));
  to.text("hard");
  put_optional(to, root.hard_links);
  to.text("kind");
  to.text(kMetaKind);
  to.text("scan");
  put_optional(to, root.scan);
  to.text("tops");
  to.link(root.tops);
  to.text("users");
  put_owners(to, root.users);
  if (root.choice.any()) {
    to.text("choice");
    write_choice(to, root.choice);
  }
  to.text("groups");
  put_owners(to, root.groups);
  if (root.unread.any()) {
    to.text("unread");
    write_shortfall(to, root.unread);
  }
  to.text("several");
  to.boolean(root.several);
  return block;
}

Result<MetaRoot> decode_meta_root(Bytes block) {
  if (block.size() > kBlockBytesMax) return malformed("it is larger than 2 MiB");
  CborReader from(block);
  MetaRoot root;
  PENSTOCK_TRY_ASSIGN(const size_t fields, from.map());
  if (fields < 8 || fields > 10) return malformed("it has not 8 to 10 fields");
  PENSTOCK_TRY(from.key_is("from"));
  PENSTOCK_TRY_ASSIGN(const size_t paths, from.array());
  for (size_t i = 0; i < paths; ++i) {
    PENSTOCK_TRY_ASSIGN(const Bytes path, from.bytes());
    root.from.emplace_back(as_text(path));
  }
  PENSTOCK_TRY(from.key_is("hard"));
  PENSTOCK_TRY_ASSIGN(root.hard_links, take_optional(from));
  PENSTOCK_TRY(take_kind(from, kMetaKind));
  PENSTOCK_TRY(from.key_is("scan"));
  PENSTOCK_TRY_ASSIGN(root.scan, take_optional(from));
  PENSTOCK_TRY(from.key_is("tops"));
  PENSTOCK_TRY_ASSIGN(root.tops, from.link());
  PENSTOCK_TRY(from.key_is("users"));
  PENSTOCK_TRY_ASSIGN(root.users, take_owners(from));
  PENSTOCK_TRY_ASSIGN(std::string_view key, from.key("users"));
  if (key == "choice") {
    PENSTOCK_TRY_ASSIGN(root.choice, read_choice(from));
    PENSTOCK_TRY_ASSIGN(key, from.key(key));
  }
  if (key != "groups") return malformed("a field that is unknown");
  PENSTOCK_TRY_ASSIGN(root.groups, take_owners(from));
  PENSTOCK_TRY_ASSIGN(key, from.key(key));
  if (key == "unread") {
    PENSTOCK_TRY_ASSIGN(root.unread, read_shortfall(from));
    PENSTOCK_TRY_ASSIGN(key, from.key(key));
  }
  if (key != "several") return malformed("a field that is unknown");
  PENSTOCK_TRY_ASSIGN(root.several, from.boolean());
  PENSTOCK_TRY(from.end());
  if (fields != 8u + (root.choice.any() ? 1 : 0) + (root.unread.any() ? 1 : 0))
    return malformed("a number of fields that it has not");
  if (std::string why = root_fault(root); !why.empty()) return malformed(std::move(why));
  return root;
}

std::vector<uint8_t> encode_scan_root(const Cid& tops) {
  std::vector<uint8_t> block;
  CborWriter to(block);
  to.map(2);
  to.text("kind");
  to.text(kScanKind);
  to.text("tops");
  to.link(tops);
  return block;
}

Result<Cid> decode_scan_root(Bytes block) {
  CborReader from(block);
  PENSTOCK_TRY_ASSIGN(const size_t fields, from.map());
  if (fields != 2) return malformed("it has not 2 fields");
  PENSTOCK_TRY(take_kind(from, kScanKind));
  PENSTOCK_TRY(from.key_is("tops"));
  PENSTOCK_TRY_ASSIGN(const Cid tops, from.link());
  PENSTOCK_TRY(from.end());
  if (tops.codec != Multicodec::dag_cbor) return malformed("a link to what is no dag-cbor block");
  return tops;
}

Result<std::optional<MetaRoot>> read_meta_root(BlockSource& source, const Commit& commit) {
  if (!commit.meta) return std::optional<MetaRoot>();
  const auto block = source.read(*commit.meta);
  if (!block && block.error().code == Errc::absent) {
    return fail(Errc::corrupt, "metadata block " + commit.meta->text(), "is missing",
                "put the data again: what is missing will be stored anew");
  }
  PENSTOCK_TRY(block);
  auto root = decode_meta_root(*block);
  if (!root) return fault_in_block(*commit.meta, root.error());
  return std::optional<MetaRoot>(*std::move(root));
}

}  // namespace penstock
