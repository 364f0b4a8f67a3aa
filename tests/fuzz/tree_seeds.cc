// SPDX-License-Identifier: Apache-2.0
// Trees as HostileBlocks takes them.
#include <map>
#include <string>
#include <vector>

#include "base/check.h"
#include "dag/dag_pb.h"
#include "dag/directory_builder.h"
#include "dag/directory_entries.h"
#include "dag/hamt_builder.h"
#include "dag/unixfs.h"
#include "fuzz/collected_blocks.h"
#include "fuzz/corpus_writer.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

Cid numbered_cid(Multicodec codec, size_t number) {
  Cid cid{.codec = codec, .digest = {}};
  cid.digest.bytes.back() = static_cast<uint8_t>(number);
  return cid;
}

void write_directories(CorpusWriter& corpus) {
  CollectedBlocks plain;
  DirectoryBuilder empty(plain);
  const DagLink inner = empty.finish().value();
  DirectoryBuilder builder(plain);
  PENSTOCK_CHECK(builder.add("b", inner).has_value());
  PENSTOCK_CHECK(builder.add("a", put_symlink(plain, "b").value()).has_value());
  const DagLink outer = builder.finish().value();
  corpus.write("directory", "plain", input_of(plain.numbered(outer.cid)));
  corpus.write("directory", "empty", input_of(plain.numbered(inner.cid)));

  for (const size_t count : {1, 40}) {
    CollectedBlocks shards;
    DirectoryEntries entries;
    for (size_t i = 0; i < count; ++i) entries.add("entry" + std::to_string(i), inner.cid, inner.dag_bytes);
    const DagLink root = put_hamt(shards, entries).value();
    corpus.write("directory", "hamt-" + std::to_string(count), input_of(shards.numbered(root.cid)));
  }
}

struct Part {
  Multicodec codec;
  size_t number;
  uint64_t bytes;
};

Block file_node(const std::vector<Part>& parts, std::string_view inline_text = {}) {
  UnixfsData data{.type = UnixfsType::file, .data = as_bytes(inline_text), .file_bytes = inline_text.size()};
  Block block;
  for (const Part& part : parts) {
    append_pb_link(block, numbered_cid(part.codec, part.number), "", part.bytes);
    data.block_bytes.push_back(part.bytes);
    data.file_bytes += part.bytes;
  }
  append_pb_data(block, encode_unixfs(data));
  return block;
}

void write_files(CorpusWriter& corpus) {
  // Offset 3, length 5, the root a node.
  Block head(17);
  head[0] = 3;
  head[8] = 5;
  const Block leaf(4, 'x');
  constexpr auto raw = Multicodec::raw;
  constexpr auto node = Multicodec::dag_pb;
  const auto write = [&](std::string_view name, const std::vector<Block>& blocks) {
    corpus.write("file_walker", name, input_of(blocks, head));
  };
  write("flat", {file_node({{raw, 1, 4}, {raw, 1, 4}, {raw, 2, 4}}), leaf, Block(4)});
  write("inline", {file_node({{raw, 1, 4}, {node, 2, 2}}, "abc"), leaf, file_node({}, "de")});
  write("two-levels", {file_node({{node, 1, 8}, {node, 1, 8}}), file_node({{raw, 2, 4}, {raw, 2, 4}}), leaf});
  write("zeros", {file_node({{node, 1, 8192}, {node, 1, 8192}}), file_node({}, std::string(8192, '\0'))});
  write("empty-parts",
        {file_node({{node, 1, 0}, {node, 1, 0}, {raw, 2, 4}}), file_node({{node, 1, 0}}), leaf});
  write("lies", {file_node({{node, 1, 9}}), file_node({{raw, 2, 4}, {raw, 2, 4}}), leaf});
  write("itself", {file_node({{node, 0, 16}})});
  std::vector<Block> deep;
  for (size_t level = 1; level < 64; ++level) deep.push_back(file_node({{node, level, 4}}));
  deep.push_back(file_node({}, "abcd"));
  deep.resize(64);
  write("deep", deep);
  Block raw_head = head;
  raw_head[16] = 1;
  corpus.write("file_walker", "one-leaf", input_of({Block(20, 'y')}, raw_head));
}

}  // namespace

void write_tree_seeds(CorpusWriter& corpus) {
  write_directories(corpus);
  write_files(corpus);
}

}  // namespace penstock
