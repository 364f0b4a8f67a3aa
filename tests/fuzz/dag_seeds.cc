// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <vector>

#include "dag/cid.h"
#include "dag/commit.h"
#include "dag/dag_cbor.h"
#include "dag/dag_pb.h"
#include "dag/unixfs.h"
#include "fuzz/corpus_writer.h"

namespace penstock {
namespace {

const Cid kRaw = cid_of(Multicodec::raw, as_bytes("raw"));
const Cid kNode = cid_of(Multicodec::dag_pb, as_bytes("node"));
const Cid kObject = cid_of(Multicodec::dag_cbor, as_bytes("object"));

void write_cids(CorpusWriter& corpus) {
  for (const auto& [name, cid] : {std::pair("raw", kRaw), {"node", kNode}, {"object", kObject}}) {
    corpus.write("cid_text", name, cid.text());
    corpus.write("cid_binary", name, cid.binary());
  }
  // The empty directory's, as kubo prints it.
  corpus.write("cid_text", "version-0", "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");
  const auto binary = kNode.binary();
  corpus.write("cid_binary", "version-0", Bytes(binary).subspan(2));
}

void write_nodes(CorpusWriter& corpus) {
  std::vector<uint8_t> block;
  append_pb_data(block, as_bytes("data"));
  corpus.write("dag_pb", "data", block);
  block.clear();
  append_pb_link(block, kRaw, "", 0);
  append_pb_link(block, kNode, "a name", uint64_t{1} << 40);
  corpus.write("dag_pb", "links", block);
  append_pb_data(block, {});
  corpus.write("dag_pb", "links-data", block);

  corpus.write("unixfs", "directory", encode_unixfs({.type = UnixfsType::directory}));
  corpus.write("unixfs", "symlink", encode_unixfs({.type = UnixfsType::symlink, .data = as_bytes("a/b")}));
  corpus.write("unixfs", "raw",
               encode_unixfs({.type = UnixfsType::raw, .data = as_bytes("abc"), .file_bytes = 3}));
  const std::vector<uint64_t> blocks{1, 300, uint64_t{1} << 40};
  corpus.write("unixfs", "file",
               encode_unixfs({.type = UnixfsType::file,
                              .data = as_bytes("abc"),
                              .file_bytes = 304 + (uint64_t{1} << 40),
                              .block_bytes = blocks}));
  corpus.write("unixfs", "shard",
               encode_unixfs({.type = UnixfsType::hamt_shard,
                              .data = as_bytes("\x01\x80"),
                              .hash_type = kHamtHashType,
                              .fanout = kHamtFanout}));
  // A file with mode (7) and mtime (8), which we read and drop.
  corpus.write("unixfs", "mode-mtime",
               std::string_view("\x08\x02\x18\x00\x38\xa4\x03\x42\x07\x08\x01\x15\x00\x00\x00\x00", 16));
}

void write_objects(CorpusWriter& corpus) {
  const auto item = [](auto value) { return CborValue{{std::move(value)}}; };
  CborValue::Array array{item(true),
                         item(std::monostate()),
                         item(uint64_t{24}),
                         item(CborNegative{255}),
                         item(-0.5),
                         item(kRaw),
                         item(CborValue::ByteString{1, 2, 3}),
                         item(std::numeric_limits<uint64_t>::max())};
  CborValue::Map map{
      {"list", item(array)}, {"a", item(std::string("\u00fc"))}, {"empty", item(CborValue::Map{})}};
  const CborValue object = item(map);
  corpus.write("dag_cbor", "object", encode_dag_cbor(object).value());
  corpus.write("dag_cbor", "list", encode_dag_cbor(item(array)).value());
  CborValue nested;
  for (unsigned depth = 0; depth + 1 < kCborDepthMax; ++depth) nested = item(CborValue::Array{nested});
  corpus.write("dag_cbor", "nested", encode_dag_cbor(nested).value());

  corpus.write("commit", "genesis", encode_commit(genesis()).value());
  Commit commit{.root = kNode,
                .meta = kObject,
                .parents = {genesis_cid()},
                .jump = genesis_cid(),
                .depth = 1,
                .seq = 1};
  commit.time_ns = 1'700'000'000'123'456'789;
  commit.sizes = {.content_bytes = 1 << 20, .files = 3, .directories = 2, .symlinks = 1, .new_blocks = 17};
  commit.name = "a name";
  commit.host = "host";
  commit.paths = {"/srv/data", "\xff"};
  commit.policy = {.chunker = "cdc:16K:64K:256K", .codec = "zstd:3", .profile = "penstock"};
  commit.verify = "full";
  corpus.write("commit", "first", encode_commit(commit).value());
  corpus.write("dag_cbor", "commit", encode_commit(commit).value());
  commit.parents = {kObject, genesis_cid(), cid_of(Multicodec::dag_cbor, as_bytes("imported"))};
  commit.depth = commit.seq = 6;
  if (const auto block = encode_commit(commit)) corpus.write("commit", "three-parents", *block);
}

}  // namespace

void write_dag_seeds(CorpusWriter& corpus) {
  write_cids(corpus);
  write_nodes(corpus);
  write_objects(corpus);
}

}  // namespace penstock
