// SPDX-License-Identifier: Apache-2.0
// Our side of the comparison with the IPFS tools:
//   unixfs_tool roots PATH...         CID of each path by the unixfs-v1-2025 profile, a line each
//   unixfs_tool cut FILE BLOCKS       stores FILE with content-cut link lists over 4 KiB leaves into
//   directory
//                                     BLOCKS, a file a block, and prints the root
//   unixfs_tool commits BLOCKS        stores genesis and a commit behind it, and prints their CIDs
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/limits.h"
#include "dag/commit.h"
#include "dag/directory_builder.h"
#include "dag/file_builder.h"
#include "dag/history.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

namespace fs = std::filesystem;

class NoBlocks final : public BlockSink {
 public:
  Status put(const Cid&, Bytes) override { return {}; }
};

class BlockDirectory final : public BlockSink {
 public:
  explicit BlockDirectory(fs::path directory) : directory_(std::move(directory)) {}

  Status put(const Cid& cid, Bytes block) override {
    std::ofstream out(directory_ / cid.text(), std::ios::binary);
    out << as_text(block);
    if (!out.flush()) return fail(Errc::failed, directory_.string(), "cannot be written to");
    return {};
  }

 private:
  fs::path directory_;
};

// Cuts `file` to leaves of `leaf_bytes`; each goes to `leaves` as well where that is given.
Result<DagLink> build_file(FileBuilder& builder, const fs::path& file, uint32_t leaf_bytes,
                           BlockSink* leaves) {
  std::ifstream in(file, std::ios::binary);
  std::vector<char> buffer(leaf_bytes);
  while (in.read(buffer.data(), leaf_bytes), in.gcount() > 0) {
    const Bytes leaf = as_bytes({buffer.data(), static_cast<size_t>(in.gcount())});
    const Digest digest = sha256(leaf);
    if (leaves != nullptr) PENSTOCK_TRY(leaves->put({Multicodec::raw, digest}, leaf));
    PENSTOCK_TRY(builder.add_leaf(digest, static_cast<uint32_t>(leaf.size())));
  }
  return builder.finish();
}

Result<DagLink> build_tree(BlockSink& sink, FileBuilder& builder, const fs::path& path) {
  if (fs::is_symlink(path)) return put_symlink(sink, fs::read_symlink(path).string());
  if (!fs::is_directory(path)) return build_file(builder, path, kMiB, nullptr);
  DirectoryBuilder directory(sink);
  for (const auto& entry : fs::directory_iterator(path)) {
    PENSTOCK_TRY_ASSIGN(const DagLink link, build_tree(sink, builder, entry.path()));
    PENSTOCK_TRY(directory.add(entry.path().filename().string(), link));
  }
  return directory.finish();
}

Status print_roots(const std::vector<std::string>& paths) {
  NoBlocks sink;
  FileBuilder builder(sink, LinkLayout::balanced, kMiB);
  for (const std::string& path : paths) {
    PENSTOCK_TRY_ASSIGN(const DagLink root, build_tree(sink, builder, path));
    std::printf("%s  %llu  %s\n", root.cid.text().c_str(), static_cast<unsigned long long>(root.dag_bytes),
                path.c_str());
  }
  return {};
}

Status store_cut(const std::string& file, const std::string& directory) {
  BlockDirectory blocks(directory);
  FileBuilder builder(blocks, LinkLayout::content_cut, 4096);
  PENSTOCK_TRY_ASSIGN(const DagLink root, build_file(builder, file, 4096, &blocks));
  std::printf("%s\n", root.cid.text().c_str());
  return {};
}

Status store_commits(const std::string& directory) {
  BlockDirectory blocks(directory);
  PENSTOCK_TRY_ASSIGN(const auto first, encode_commit(genesis()));
  PENSTOCK_TRY(blocks.put(genesis_cid(), first));
  const auto lookup = [](const Cid&) -> Result<Commit> { return genesis(); };
  PENSTOCK_TRY_ASSIGN(const CommitPlace place, place_behind(genesis_cid(), {}, lookup));
  Commit commit;
  commit.root = genesis().root;
  commit.meta = genesis_cid();
  commit.parents = place.parents;
  commit.jump = place.jump;
  commit.depth = place.depth;
  commit.seq = place.seq;
  commit.time_ns = 1'700'000'000'123'456'789;
  commit.sizes = {uint64_t{1} << 62, 23, 24, 255, 256, 65536, uint64_t{1} << 32};
  commit.name = "na\xc3\xafve";
  commit.host = "host.example";
  commit.paths = {"plain", std::string("\xff\x00\x01", 3)};
  commit.policy = {"cdc:16K:64K:256K", "auto", "penstock"};
  commit.verify = "full";
  PENSTOCK_TRY_ASSIGN(const auto second, encode_commit(commit));
  const Cid cid = cid_of(Multicodec::dag_cbor, second);
  PENSTOCK_TRY(blocks.put(cid, second));
  std::printf("%s\n%s\n", genesis_cid().text().c_str(), cid.text().c_str());
  return {};
}

Status run(const std::vector<std::string>& arguments) {
  if (arguments.size() >= 2 && arguments[0] == "roots")
    return print_roots({arguments.begin() + 1, arguments.end()});
  if (arguments.size() == 3 && arguments[0] == "cut") return store_cut(arguments[1], arguments[2]);
  if (arguments.size() == 2 && arguments[0] == "commits") return store_commits(arguments[1]);
  return fail(Errc::usage, "arguments", "expected roots PATH..., cut FILE BLOCKS or commits BLOCKS");
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  const auto status = penstock::run({argv + 1, argv + argc});
  if (status) return 0;
  std::fprintf(stderr, "unixfs_tool: %s\n", status.error().message().c_str());
  return static_cast<int>(status.error().code);
}
