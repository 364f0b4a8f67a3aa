// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/cid.h"

namespace penstock {

enum class ObjectKind : uint8_t { file, directory, symlink, commit, dag_cbor };

// "file", "directory", "symlink", "commit", "dag-cbor".
std::string_view object_kind_text(ObjectKind kind);

// What a CID names, as its root block says.
struct ObjectInfo {
  ObjectKind kind = ObjectKind::file;
  uint64_t content_bytes = 0;  // file
  uint64_t block_bytes = 0;    // of the root block
  uint64_t dag_bytes = 0;      // file, directory, symlink: root block and, as its links say, all below
  uint64_t links = 0;          // of the root block
  bool sharded = false;        // directory: a HAMT
  std::string target;          // symlink
};

// Reads one block. absent: there is none; corrupt: it is not a well-formed object.
Result<ObjectInfo> inspect(BlockSource& source, const Cid& cid);

}  // namespace penstock
