// SPDX-License-Identifier: Apache-2.0
// make_reader_store STORE TREE: a store with every codec, kind of node and two commits, and beside it, as
// ordinary files, what the head holds.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

#include "dag/directory_builder.h"
#include "dag/file_builder.h"
#include "store/store.h"
#include "unit/store/block_maker.h"

namespace penstock {
namespace {

// Frames of a few blocks each, with one codec after the other.
class FrameSink final : public BlockSink {
 public:
  explicit FrameSink(Store& store) : store_(&store) {}

  Status put(const Cid& cid, Bytes block) override {
    Claim claim;
    PENSTOCK_TRY(store_->claim(std::span(&cid.digest, 1), std::span(&claim, 1)));
    if (claim == Claim::present) return {};
    waiting_.push_back({cid, {block.begin(), block.end()}});
    bytes_ += block.size();
    return waiting_.size() < kBlocksPerFrame && bytes_ < kFrameBytes ? Status() : flush();
  }
  Status flush() {
    static constexpr CodecId kCodecs[] = {CodecId::zstd, CodecId::lz4, CodecId::deflate, CodecId::stored};
    if (waiting_.empty()) return {};
    bytes_ = 0;
    return BlockMaker(kCodecs[frames_++ % 4]).append(*store_, std::exchange(waiting_, {}));
  }

 private:
  static constexpr size_t kBlocksPerFrame = 7;
  static constexpr size_t kFrameBytes = 100'000;

  Store* store_;
  std::vector<TestBlock> waiting_;
  size_t bytes_ = 0;
  size_t frames_ = 0;
};

// Writes each object twice: into the store and under `tree`.
class TreeMaker {
 public:
  TreeMaker(Store& store, std::string tree) : store_(&store), sink_(store), tree_(std::move(tree)) {}

  Result<Cid> make(uint64_t edition) {
    namespace fs = std::filesystem;
    fs::remove_all(tree_);
    fs::create_directories(tree_ + "/many");
    fs::create_directories(tree_ + "/empty directory");
    PENSTOCK_TRY_ASSIGN(const DagLink empty, file("empty", {}));
    PENSTOCK_TRY_ASSIGN(const DagLink text, file("text", std::vector<uint8_t>(5000, 't')));
    PENSTOCK_TRY_ASSIGN(const DagLink noise, file("noise \xc3\xa4\xff", random_bytes(edition, 700'000)));
    PENSTOCK_TRY_ASSIGN(const DagLink many, directory_of_many());
    DirectoryBuilder nothing(sink_);
    PENSTOCK_TRY_ASSIGN(const DagLink empty_directory, nothing.finish());
    fs::create_symlink("many/../text", tree_ + "/link");
    PENSTOCK_TRY_ASSIGN(const DagLink link, put_symlink(sink_, "many/../text"));
    DirectoryBuilder top(sink_);
    PENSTOCK_TRY(top.add("empty", empty));
    PENSTOCK_TRY(top.add("text", text));
    PENSTOCK_TRY(top.add("noise \xc3\xa4\xff", noise));
    PENSTOCK_TRY(top.add("many", many));
    PENSTOCK_TRY(top.add("empty directory", empty_directory));
    PENSTOCK_TRY(top.add("link", link));
    PENSTOCK_TRY_ASSIGN(const DagLink root, top.finish());
    PENSTOCK_TRY(sink_.flush());
    return root.cid;
  }

 private:
  static constexpr size_t kLeafBytes = 600;  // small, so that a file has nodes above nodes
  static constexpr int kManyEntries = 1200;  // of long names: enough for shards

  Result<DagLink> file(const std::string& name, const std::vector<uint8_t>& bytes) {
    std::ofstream(tree_ + "/" + name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    FileBuilder builder(sink_, LinkLayout::content_cut, 1 << 20);
    for (size_t at = 0; at < bytes.size(); at += kLeafBytes) {
      const Bytes leaf = Bytes(bytes).subspan(at, std::min(kLeafBytes, bytes.size() - at));
      const Cid cid = cid_of(Multicodec::raw, leaf);
      PENSTOCK_TRY(sink_.put(cid, leaf));
      PENSTOCK_TRY(builder.add_leaf(cid.digest, static_cast<uint32_t>(leaf.size())));
    }
    return builder.finish();
  }

  Result<DagLink> directory_of_many() {
    DirectoryBuilder builder(sink_);
    for (int i = 0; i < kManyEntries; ++i) {
      const std::string name = std::string(220, 'n') + std::to_string(i);
      std::vector<uint8_t> bytes(static_cast<size_t>(i % 10), static_cast<uint8_t>('0' + i % 10));
      PENSTOCK_TRY_ASSIGN(const DagLink link, file("many/" + name, bytes));
      PENSTOCK_TRY(builder.add(name, link));
    }
    return builder.finish();
  }

  Store* store_;
  FrameSink sink_;
  std::string tree_;
};

Status make(const std::string& directory, const std::string& tree) {
  FileSystem& files = posix_file_system();
  PENSTOCK_TRY(Store::init(files, directory, {}));
  StoreOptions options;
  options.segments.segment_bytes = 1 << 20;
  for (uint64_t edition = 1; edition <= 2; ++edition) {
    PENSTOCK_TRY_ASSIGN(const auto store, Store::open(files, directory, Access::write, options));
    PENSTOCK_TRY_ASSIGN(const Cid root, TreeMaker(*store, tree).make(edition));
    PENSTOCK_TRY_ASSIGN(const TestBlock commit, BlockMaker().commit(*store, root));
    std::printf("%s %s\n", commit.cid.text().c_str(), root.text().c_str());
  }
  // And something that nobody acknowledged.
  PENSTOCK_TRY_ASSIGN(const auto store, Store::open(files, directory, Access::write, options));
  return BlockMaker().append(*store, {raw_block(77, 1000)});
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const penstock::Status made = penstock::make(argv[1], argv[2]);
  if (!made) std::fprintf(stderr, "%s\n", made.error().message().c_str());
  return made ? 0 : 1;
}
