// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "store/memory_index.h"
#include "store/store.h"
#include "unit/store/block_maker.h"
#include "unit/store/temporary_directory.h"

namespace penstock {

// A store in a directory of its own, on the real file system. With RocksDB unless a test says otherwise.
class StoreFixture : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(Store::init(files(), path(), {})); }

  virtual FileSystem& files() { return posix_file_system(); }
  std::string path() const { return directory_.path() + "/store"; }
  StorePaths paths() const { return {path()}; }

  StoreOptions options() {
    StoreOptions options;
    options.notice = [this](const std::string& text) { notices_.push_back(text); };
    options.index_factory = index_factory_;
    options.segments = segment_options_;
    return options;
  }
  Result<std::unique_ptr<Store>> try_open(Access access) {
    return Store::open(files(), path(), access, options());
  }
  std::unique_ptr<Store> open(Access access) {
    auto store = try_open(access);
    EXPECT_TRUE(store) << store.error().message();
    return store ? std::move(*store) : nullptr;
  }
  // What went wrong, for EXPECT_TRUE's message.
  template <class T>
  static std::string why(const Result<T>& result) {
    return result ? std::string() : result.error().message();
  }
  static bool holds(Store& store, const TestBlock& block) {
    const auto reader = store.new_reader();
    const auto read = reader->read(block.cid);
    return read && std::ranges::equal(*read, block.bytes);
  }
  bool noticed(std::string_view text) const {
    return std::ranges::any_of(notices_,
                               [&](const std::string& notice) { return notice.find(text) != notice.npos; });
  }
  std::vector<uint8_t> contents(const std::string& file) {
    const auto opened = files().open(file, false);
    EXPECT_TRUE(opened) << why(opened);
    std::vector<uint8_t> bytes((*opened)->size().value());
    EXPECT_TRUE((*opened)->read(0, bytes));
    return bytes;
  }
  void replace(const std::string& file, const std::vector<uint8_t>& bytes) {
    const auto opened = files().open(file, true);
    ASSERT_TRUE(opened) << why(opened);
    ASSERT_TRUE((*opened)->truncate(0));
    const Bytes part = bytes;
    ASSERT_TRUE((*opened)->write(0, std::span(&part, 1)));
  }
  void flip(const std::string& file, uint64_t at, uint8_t mask = 1) {
    auto bytes = contents(file);
    ASSERT_LT(at, bytes.size());
    bytes[at] ^= mask;
    replace(file, bytes);
  }

  TemporaryDirectory directory_;
  std::vector<std::string> notices_;
  IndexFactory index_factory_;
  SegmentWriterOptions segment_options_;
};

}  // namespace penstock
