// SPDX-License-Identifier: Apache-2.0
#include "dag/file_walker.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/limits.h"
#include "dag/file_node.h"
#include "dag/object_source.h"
#include "dag/zero_leaves.h"

namespace penstock {
namespace {

using Child = FileNode::Child;

constexpr size_t kNodesRemembered = 4096;
constexpr uint64_t kPageBytes = 4096;

bool all_alike(const std::vector<Child>& children) {
  return std::ranges::all_of(children, [&](const Child& child) { return child == children.front(); });
}

// What is known of nodes: that they hold zeros alone and how many, or that they do not. Of each kind so many
// that any file of holes fits; a file that brings more costs reads, not memory.
class NodeMemory {
 public:
  std::optional<uint64_t> zeros(const Cid& cid) const {
    const auto found = zeros_.find(cid);
    return found == zeros_.end() ? std::nullopt : std::optional(found->second);
  }
  bool is_data(const Cid& cid) const { return data_.contains(cid); }

  void remember_zeros(const Cid& cid, uint64_t bytes) {
    if (zeros_.size() >= kNodesRemembered) zeros_.clear();
    zeros_.emplace(cid, bytes);
  }
  void remember_data(const Cid& cid) {
    if (data_.size() >= kNodesRemembered) data_.clear();
    data_.insert(cid);
  }

 private:
  std::unordered_map<Cid, uint64_t, CidHash> zeros_;
  std::unordered_set<Cid, CidHash> data_;
};

}  // namespace

struct FileWalker::State {
  // A node on the path, and where its next child begins in the file.
  struct Frame {
    std::shared_ptr<const FileNode> node;
    size_t next = 0;  // of its children
    uint64_t offset = 0;
  };

  explicit State(BlockSource& from) : source(&from) {}

  Status open_root(const Cid& file);
  Status read_root(const Cid& file);
  Result<std::optional<FileExtent>> step();
  Result<std::optional<FileExtent>> leaf_extent(const Child& leaf, uint64_t offset, bool likely);
  Result<std::optional<FileExtent>> enter(const Child& child, uint64_t offset);
  Result<std::shared_ptr<const FileNode>> read_node(const Child& child);
  Result<bool> node_is_zero(const Cid& cid, const FileNode& node, size_t depth);
  Result<bool> child_is_zero(const Child& child, size_t depth);
  Result<bool> known_zeros(const Child& child, size_t depth) const;
  Result<bool> zero_leaf(const Child& leaf, bool likely);
  Failure lying(const Child& child, uint64_t bytes) const;
  FileExtent cut(FileExtent::Kind kind, uint64_t offset, uint64_t bytes) const;

  BlockSource* source;
  Cid object;
  uint64_t file_bytes = 0;
  uint64_t begin = 0;
  uint64_t end = 0;
  std::vector<Frame> path;
  std::shared_ptr<const FileNode> inline_node;  // whose inline bytes were handed out
  Cid root_cid;
  std::shared_ptr<const FileNode> root;  // of root_cid: ranges of one file are opened again and again
  std::optional<FileExtent> ahead;       // met while zeros were gathered
  bool behind_zeros = false;
  ZeroLeaves zero_leaves;
  NodeMemory nodes;
};

FileWalker::FileWalker(BlockSource& source) : state_(std::make_unique<State>(source)) {}
FileWalker::~FileWalker() = default;
FileWalker::FileWalker(FileWalker&&) noexcept = default;
FileWalker& FileWalker::operator=(FileWalker&&) noexcept = default;

Result<uint64_t> FileWalker::open(const Cid& file, uint64_t offset, uint64_t length) {
  State& state = *state_;
  state.path.clear();
  state.ahead.reset();
  state.behind_zeros = false;
  PENSTOCK_TRY(state.open_root(file));
  state.begin = std::min(offset, state.file_bytes);
  state.end = state.begin + std::min(length, state.file_bytes - state.begin);
  if (state.begin == state.end) state.path.clear();
  return state.file_bytes;
}

Result<std::optional<FileExtent>> FileWalker::next() {
  State& state = *state_;
  std::optional<FileExtent> extent = std::exchange(state.ahead, std::nullopt);
  if (!extent) {
    PENSTOCK_TRY_ASSIGN(extent, state.step());
  }
  if (!extent || extent->kind != FileExtent::Kind::zeros) return extent;
  while (true) {
    PENSTOCK_TRY_ASSIGN(state.ahead, state.step());
    if (!state.ahead || state.ahead->kind != FileExtent::Kind::zeros) return extent;
    extent->length += state.ahead->length;
  }
}

// Stands the root before the walk as the one child of a frame, so that it is met like any other.
Status FileWalker::State::open_root(const Cid& file) {
  object = file;
  if (file.codec == Multicodec::dag_cbor)
    return fail(Errc::usage, file.text(), "it is not a file",
                "see what it is with: penstock stat " + file.text());
  if (file.codec == Multicodec::dag_pb) {
    if (!root || file != root_cid) PENSTOCK_TRY(read_root(file));
    file_bytes = root->file_bytes;
  } else {
    PENSTOCK_TRY_ASSIGN(const Bytes block, source->read(file));
    file_bytes = block.size();
  }
  auto above = std::make_shared<FileNode>();
  above->children.push_back({file, file_bytes});
  path.push_back({.node = std::move(above), .next = 0, .offset = 0});
  return {};
}

Status FileWalker::State::read_root(const Cid& file) {
  root.reset();
  PENSTOCK_TRY_ASSIGN(const Bytes block, source->read(file));
  PENSTOCK_TRY_ASSIGN(FileNode node, decode_file_node(file, block));
  root = std::make_shared<const FileNode>(std::move(node));
  root_cid = file;
  return {};
}

Result<std::optional<FileExtent>> FileWalker::State::step() {
  while (!path.empty()) {
    Frame& frame = path.back();
    const std::vector<Child>& children = frame.node->children;
    if (frame.next == children.size()) {
      path.pop_back();
      continue;
    }
    const Child& child = children[frame.next++];
    const uint64_t offset = frame.offset;
    frame.offset += child.bytes;
    if (offset >= end) {
      path.clear();
      break;
    }
    // Empty children are passed by too: they hold nothing, and may be endlessly many.
    if (frame.offset <= begin || child.bytes == 0) continue;

    const bool repeated = (frame.next > 1 && children[frame.next - 2] == child) ||
                          (frame.next < children.size() && children[frame.next] == child);
    if (child.cid.codec == Multicodec::raw) return leaf_extent(child, offset, repeated || behind_zeros);
    PENSTOCK_TRY_ASSIGN(auto extent, enter(child, offset));
    if (extent) return extent;
  }
  return std::nullopt;
}

Result<std::optional<FileExtent>> FileWalker::State::leaf_extent(const Child& leaf, uint64_t offset,
                                                                 bool likely) {
  PENSTOCK_TRY_ASSIGN(behind_zeros, zero_leaf(leaf, likely));
  FileExtent extent =
      cut(behind_zeros ? FileExtent::Kind::zeros : FileExtent::Kind::leaf, offset, leaf.bytes);
  if (behind_zeros) return extent;
  extent.leaf = leaf.cid;
  extent.leaf_bytes = leaf.bytes;
  extent.leaf_offset = extent.file_offset - offset;
  return extent;
}

// A node of zeros alone is one extent; into any other the walk goes down, and its inline content comes first.
Result<std::optional<FileExtent>> FileWalker::State::enter(const Child& child, uint64_t offset) {
  const size_t depth = path.size();
  PENSTOCK_TRY_ASSIGN(behind_zeros, known_zeros(child, depth));
  if (behind_zeros) return cut(FileExtent::Kind::zeros, offset, child.bytes);
  PENSTOCK_TRY_ASSIGN(const auto node, read_node(child));
  PENSTOCK_TRY_ASSIGN(behind_zeros, node_is_zero(child.cid, *node, depth));
  if (behind_zeros) return cut(FileExtent::Kind::zeros, offset, child.bytes);

  const uint64_t inline_end = offset + node->inline_bytes.size();
  path.push_back({.node = node, .next = 0, .offset = inline_end});
  if (inline_end <= begin || inline_end == offset) return std::nullopt;
  inline_node = node;
  FileExtent extent = cut(FileExtent::Kind::inline_bytes, offset, node->inline_bytes.size());
  extent.bytes = Bytes(node->inline_bytes).subspan(extent.file_offset - offset, extent.length);
  return extent;
}

Result<std::shared_ptr<const FileNode>> FileWalker::State::read_node(const Child& child) {
  std::shared_ptr<const FileNode> node = child.cid == root_cid ? root : nullptr;
  if (!node) {
    ObjectSource blocks(*source, object);
    PENSTOCK_TRY_ASSIGN(const Bytes block, blocks.read(child.cid));
    auto decoded = decode_file_node(child.cid, block);
    if (!decoded) {
      // Inside a file, another kind of object is not the caller's mistake.
      decoded.error().code = Errc::corrupt;
      return Failure(std::move(decoded).error());
    }
    node = std::make_shared<const FileNode>(*std::move(decoded));
  }
  if (node->file_bytes != child.bytes) return lying(child, node->file_bytes);
  return node;
}

Result<bool> FileWalker::State::known_zeros(const Child& child, size_t depth) const {
  if (depth > kDepthMax)
    return fail(Errc::corrupt, object.text(), "its nodes are nested deeper than 64 levels", kMalformedRemedy);
  const auto bytes = nodes.zeros(child.cid);
  if (bytes && *bytes != child.bytes) return lying(child, *bytes);
  return bytes.has_value();
}

// Zeros alone: inline zeros if any, and children that are all the same and zeros.
Result<bool> FileWalker::State::node_is_zero(const Cid& cid, const FileNode& node, size_t depth) {
  if (nodes.is_data(cid)) return false;
  bool zero = all_zero(node.inline_bytes) && all_alike(node.children);
  if (zero && !node.children.empty()) {
    PENSTOCK_TRY_ASSIGN(zero, child_is_zero(node.children.front(), depth + 1));
  }
  if (zero) {
    nodes.remember_zeros(cid, node.file_bytes);
  } else {
    nodes.remember_data(cid);
  }
  return zero;
}

Result<bool> FileWalker::State::child_is_zero(const Child& child, size_t depth) {
  if (child.cid.codec == Multicodec::raw) return zero_leaf(child, true);
  PENSTOCK_TRY_ASSIGN(const bool known, known_zeros(child, depth));
  if (known) return true;
  PENSTOCK_TRY_ASSIGN(const auto node, read_node(child));
  return node_is_zero(child.cid, *node, depth);
}

Result<bool> FileWalker::State::zero_leaf(const Child& leaf, bool likely) {
  if (leaf.bytes > kBlockBytesMax)
    return fail(Errc::corrupt, object.text(),
                "leaf " + leaf.cid.text() + " is said to be longer than any block", kMalformedRemedy);
  const auto bytes = static_cast<uint32_t>(leaf.bytes);
  if (!likely && bytes % kPageBytes != 0 && !zero_leaves.known(bytes)) return false;
  return zero_leaves.digest(bytes) == leaf.cid.digest;
}

Failure FileWalker::State::lying(const Child& child, uint64_t bytes) const {
  return fail(Errc::corrupt, object.text(),
              "a node says that " + child.cid.text() + " has " + std::to_string(child.bytes) +
                  " bytes, but it has " + std::to_string(bytes),
              kMalformedRemedy);
}

FileExtent FileWalker::State::cut(FileExtent::Kind kind, uint64_t offset, uint64_t bytes) const {
  FileExtent extent;
  extent.kind = kind;
  extent.file_offset = std::max(offset, begin);
  extent.length = std::min(offset + bytes, end) - extent.file_offset;
  return extent;
}

}  // namespace penstock
