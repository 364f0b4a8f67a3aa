// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "fault/frame_maker.h"
#include "fault/reference_model.h"
#include "fault/workload.h"

namespace penstock {
namespace {

namespace fs = std::filesystem;

// The real file layer and the real index, beside the same model that the crash states are held against.
class ModelTest : public testing::Test {
 protected:
  ModelTest() {
    std::string name = testing::TempDir() + "penstock_model_XXXXXX";
    root_ = mkdtemp(name.data());
  }
  ~ModelTest() override { fs::remove_all(root_); }

  Workload workload(uint64_t seed) {
    return Workload({.files = posix_file_system(),
                     .directory = (root_ / "store").string(),
                     .index_factory = {},
                     .now = [this] { return ++now_; },
                     .segment_bytes = 64 << 10},
                    frames_, model_, seed);
  }

  // Half of the files of the index, if there is one, get bytes overwritten.
  void damage_index(SeededRandom& random) {
    if (!fs::exists(root_ / "store" / "index")) return;
    for (const auto& entry : fs::recursive_directory_iterator(root_ / "store" / "index")) {
      if (!entry.is_regular_file() || entry.file_size() == 0 || random.chance(0.5)) continue;
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(random.below(entry.file_size())));
      const std::string garbage(1 + random.below(64), static_cast<char>(random.next()));
      file.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
    }
  }

  fs::path root_;
  FrameMaker frames_;
  ReferenceModel model_;
  LogPosition now_ = 0;
};

TEST_F(ModelTest, AgreesWithAMapUnderRandomOperationsAndRestarts) {
  const char* chosen = std::getenv("PENSTOCK_SEED");
  const uint64_t seed = chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : 20240917;
  SCOPED_TRACE("PENSTOCK_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  Workload operations = workload(random.next());
  ASSERT_EQ(operations.init(), std::nullopt);
  for (int restart = 0; restart < 60; ++restart) {
    SCOPED_TRACE("restart " + std::to_string(restart));
    switch (random.below(8)) {
      case 0:
        ASSERT_EQ(operations.check(Access::read), std::nullopt);
        break;
      case 1:
        ASSERT_EQ(operations.put_and_check(), std::nullopt);
        break;
      case 2:
        fs::remove_all(root_ / "store" / "index");
        break;
      case 3:
        damage_index(random);
        break;
      default:
        ASSERT_EQ(operations.session(), std::nullopt);
    }
  }
  EXPECT_EQ(operations.check(Access::read), std::nullopt);
  EXPECT_EQ(operations.check(Access::write), std::nullopt);
  EXPECT_GT(model_.attempts.size(), 30u);
}

TEST_F(ModelTest, RebuildsADeletedIndexAndSaysSo) {
  Workload operations = workload(1);
  ASSERT_EQ(operations.init(), std::nullopt);
  ASSERT_EQ(operations.put_and_check(), std::nullopt);
  fs::remove_all(root_ / "store" / "index");
  EXPECT_EQ(operations.check(Access::write), std::nullopt);
  EXPECT_THAT(operations.notices(), testing::Contains(testing::HasSubstr("index")));
}

}  // namespace
}  // namespace penstock
