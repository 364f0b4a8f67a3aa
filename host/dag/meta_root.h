// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"
#include "dag/commit.h"
#include "dag/put_record.h"

namespace penstock {

inline constexpr std::string_view kMetaKind = "penstock-meta-v1";
inline constexpr std::string_view kScanKind = "penstock-scan-v1";
inline constexpr size_t kOwnerNamesBytesMax = 524288;  // users and groups together, as encoded
inline constexpr size_t kFromBytesMax = 1048576;       // paths, as encoded

// A user's or group's number and its name where it was read.
struct OwnerName {
  uint32_t id = 0;
  std::string name;

  friend bool operator==(const OwnerName&, const OwnerName&) = default;
};

// What a commit's `meta` links to.
struct MetaRoot {
  Cid tops;                   // meta list of the top-level entries
  bool several = false;       // the commit's root is a directory of them, not the object of the only one
  std::optional<Cid> scan{};  // scan root
  std::optional<Cid> hard_links{};  // see hard_link_list.h
  // Absolute path of each top-level entry, in the order of their names; empty: not known, or too long to
  // keep.
  std::vector<std::string> from{};
  std::vector<OwnerName> users{};  // ascending by id
  std::vector<OwnerName> groups{};
  PutShortfall unread{};
  PutChoice choice{};

  friend bool operator==(const MetaRoot&, const MetaRoot&) = default;
};

// Bytes of one of the users or groups, or of one path, in the block.
size_t owner_name_bytes(const OwnerName& owner);
size_t from_bytes(std::string_view path);

// usage error: what decode_meta_root would refuse.
Result<std::vector<uint8_t>> encode_meta_root(const MetaRoot& root);
// corrupt error: malformed.
Result<MetaRoot> decode_meta_root(Bytes block);

std::vector<uint8_t> encode_scan_root(const Cid& tops);
// The scan list beside `tops`. corrupt error: malformed.
Result<Cid> decode_scan_root(Bytes block);

// The metadata of a commit; nothing where it has none. corrupt: it is missing or malformed.
Result<std::optional<MetaRoot>> read_meta_root(BlockSource& source, const Commit& commit);

}  // namespace penstock
