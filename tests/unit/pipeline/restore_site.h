// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "memory/buffer_pool.h"
#include "pipeline/block_packer.h"
#include "pipeline/put.h"
#include "pipeline/tree_restore.h"
#include "store/memory_index.h"
#include "unit/pipeline/as_nobody.h"
#include "unit/pipeline/made_tree.h"

namespace penstock {

// A store, a tree in it that a test has made by hand, and where that is restored.
class RestoreSite : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "penstock-tree-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    ASSERT_EQ(chmod(pattern.c_str(), 0777), 0);
    directory_ = pattern;
    back_ = directory_ / "back";
    StoreOptions options;
    options.index_factory = MemoryIndex::factory();
    const std::string path = directory_ / "store";
    ASSERT_TRUE(Store::init(posix_file_system(), path, {}));
    auto store = Store::open(posix_file_system(), path, Access::write, options);
    ASSERT_TRUE(store) << store.error().message();
    store_ = std::move(*store);
    tree_.meta.emplace();
    options_.restore.threads = 2;
    options_.restore.report = [this](const Error& error) { reported_.push_back(error); };
  }
  void TearDown() override {
    store_.reset();
    make_removable(directory_);
    std::filesystem::remove_all(directory_);
  }

  // Whoever is not root cannot remove what is in read-only directories.
  static void make_removable(const std::filesystem::path& directory) {
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all,
                                 std::filesystem::perm_options::add);
    for (const auto& entry : std::filesystem::directory_iterator(directory))
      if (std::filesystem::is_directory(entry.symlink_status())) make_removable(entry.path());
  }

  // The tree has `top` as its only top-level entry.
  void put(MadeEntry top) {
    auto buffers = BufferPool::create("test", kFrameBytesMax, BlockPacker::kBuffers);
    StoreFrameSink frames(*store_);
    BlockPacker packer(frames, **buffers, {CodecId::lz4, 1}, {});
    ScanItem item;
    tree_.top = put_made(packer, std::move(top), item);
    EXPECT_TRUE(packer.flush());
    // For those who restore as nobody.
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_ / "store"))
      std::filesystem::permissions(entry.path(), std::filesystem::perms(entry.is_directory() ? 0755 : 0644));
    std::filesystem::permissions(directory_ / "store", std::filesystem::perms(0755));
  }

  TreeRestoreReport restore() {
    const auto report = restore_tree(*store_, tree_, tree_.top, "", back_, options_, refused_);
    EXPECT_TRUE(report) << report.error().message();
    return report.value_or(TreeRestoreReport());
  }

  struct stat status(const std::filesystem::path& path) {
    struct stat status {};
    EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
    return status;
  }
  bool absent(const std::filesystem::path& path) {
    struct stat status {};
    return lstat(path.c_str(), &status) != 0;
  }
  std::vector<uint8_t> content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  static bool same_time(const struct stat& status, FileTime time) {
    return status.st_mtim.tv_sec == time.seconds && status.st_mtim.tv_nsec == time.nanoseconds;
  }
  size_t entries_beside_the_target() {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(directory_),
                                             std::filesystem::directory_iterator()));
  }

  std::filesystem::path directory_;
  std::filesystem::path back_;
  std::unique_ptr<Store> store_;
  CommitTree tree_;
  TreeRestoreOptions options_;
  RefusalTally refused_;
  std::vector<Error> reported_;
};

inline uint32_t nobody_user() {
  return geteuid() == 0 ? AsNobody::kNobody : geteuid();
}
inline uint32_t nobody_group() {
  return geteuid() == 0 ? AsNobody::kNobody : getegid();
}

inline void give_to(MadeEntry& entry, uint32_t uid, uint32_t gid) {
  entry.meta.uid = uid;
  entry.meta.gid = gid;
  for (MadeEntry& below : entry.entries) give_to(below, uid, gid);
}

}  // namespace penstock
