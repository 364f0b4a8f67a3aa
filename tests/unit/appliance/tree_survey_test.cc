// SPDX-License-Identifier: Apache-2.0
#include "appliance/tree_survey.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "unit/store/temporary_directory.h"

namespace penstock {
namespace {

namespace fs = std::filesystem;

uint64_t surveyed(const std::vector<std::string>& paths) {
  const TreeSurvey survey(paths);
  while (!survey.total_bytes()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return *survey.total_bytes();
}

class TreeSurveyTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(root_ / "below"); }

  std::string write(const std::string& name, size_t bytes) {
    std::ofstream(root_ / name) << std::string(bytes, 'x');
    return (root_ / name).string();
  }

  const TemporaryDirectory directory_;
  const fs::path root_ = directory_.path();
};

TEST_F(TreeSurveyTest, AddsUpFilesOfTreesAndFilesNamedAlone) {
  const std::string file = write("a", 10);
  write("below/b", 100);
  EXPECT_EQ(surveyed({root_.string()}), 110u);
  EXPECT_EQ(surveyed({root_.string(), file}), 120u);
}

TEST_F(TreeSurveyTest, DoesNotFollowLinks) {
  write("a", 10);
  fs::create_symlink(root_, root_ / "below" / "up");
  fs::create_symlink(root_ / "a", root_ / "to_a");
  EXPECT_EQ(surveyed({root_.string()}), 10u);
}

TEST_F(TreeSurveyTest, CountsWhatIsNotThereAsNothing) {
  const std::string file = write("a", 10);
  EXPECT_EQ(surveyed({(root_ / "none").string(), file}), 10u);
}

}  // namespace
}  // namespace penstock
