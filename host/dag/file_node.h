// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "dag/cid.h"
#include "dag/dag_pb.h"
#include "dag/unixfs.h"

namespace penstock {

// A dag-pb block as UnixFS: the node and the message in its data; both borrow from the block.
struct UnixfsNode {
  PbNode node;
  UnixfsData data;
};

// corrupt error, naming `cid`: not canonical dag-pb, no UnixFS data, or a file whose links and block sizes
// are not equally many.
Result<UnixfsNode> decode_unixfs_node(const Cid& cid, Bytes block);

// A node of a file's tree: its inline content, and behind that what its children hold.
struct FileNode {
  struct Child {
    Cid cid;
    uint64_t bytes = 0;  // of content, as this node says

    friend bool operator==(const Child&, const Child&) = default;
  };

  uint64_t file_bytes = 0;
  std::vector<uint8_t> inline_bytes;
  std::vector<Child> children;
};

// A copy of the file node in `block`. usage error: it is a directory or symlink; corrupt as above.
Result<FileNode> decode_file_node(const Cid& cid, Bytes block);

}  // namespace penstock
