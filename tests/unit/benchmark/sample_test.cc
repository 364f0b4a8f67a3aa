// SPDX-License-Identifier: Apache-2.0
#include "benchmark/sample.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "unit/store/temporary_directory.h"

namespace penstock {
namespace {

class SampleTest : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) {
    const std::string path = place_.path() + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << content;
    return path;
  }

  std::string text(const std::vector<std::string>& paths, uint64_t bytes_max) {
    const auto sample = Sample::read(paths, bytes_max, [this](const Error&) { ++skipped_; });
    return sample ? std::string(as_text(sample->bytes())) : sample.error().message();
  }

  TemporaryDirectory place_;
  int skipped_ = 0;
};

TEST_F(SampleTest, JoinsFilesInTheOrderOfTheirNames) {
  write("tree/b", "second");
  write("tree/a", "first ");
  write("tree/c/d", " third");
  EXPECT_EQ(text({place_.path() + "/tree"}, 100), "first second third");
}

TEST_F(SampleTest, CutsTheLastFileShort) {
  write("tree/a", "abcdef");
  write("tree/b", "ghijkl");
  EXPECT_EQ(text({place_.path() + "/tree"}, 8), "abcdefgh");
}

TEST_F(SampleTest, GivesEachPathAnEvenShareOfWhatIsLeft) {
  const std::string small = write("small", "s");
  const std::string large = write("large", "llllllllll");
  const std::string other = write("other", "oooooooooo");
  EXPECT_EQ(text({small, large, other}, 9), "slllloooo");
}

TEST_F(SampleTest, TurnsHolesIntoZeros) {
  const std::string path = write("sparse", "");
  ASSERT_EQ(::truncate(path.c_str(), 1 << 20), 0);
  EXPECT_EQ(text({path}, 10), std::string(10, '\0'));
}

TEST_F(SampleTest, CountsFilesThatGaveSomething) {
  write("tree/a", "a");
  write("tree/empty", "");
  const auto sample = Sample::read({place_.path() + "/tree"}, 100, [](const Error&) {});
  ASSERT_TRUE(sample.has_value());
  EXPECT_EQ(sample->files(), 1u);
}

TEST_F(SampleTest, FailsWhereThereIsNothing) {
  const auto sample = Sample::read({write("empty", "")}, 100, [](const Error&) {});
  ASSERT_FALSE(sample.has_value());
  EXPECT_EQ(sample.error().code, Errc::failed);
}

TEST_F(SampleTest, TellsWhatItSkips) {
  write("tree/a", "content");
  ASSERT_EQ(::mkfifo((place_.path() + "/tree/pipe").c_str(), 0600), 0);
  EXPECT_EQ(text({place_.path() + "/tree"}, 100), "content");
  EXPECT_EQ(skipped_, 1);
}

}  // namespace
}  // namespace penstock
