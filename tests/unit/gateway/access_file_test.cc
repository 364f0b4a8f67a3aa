// SPDX-License-Identifier: Apache-2.0
#include "gateway/access_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "gateway/access_token.h"
#include "unit/store/temporary_directory.h"

namespace penstock {
namespace {

class AccessFileTest : public testing::Test {
 protected:
  std::string path() const { return directory_.path() + "/access.json"; }
  void write(std::string_view text) const { std::ofstream(path()) << text; }
  std::unique_ptr<AccessFile> open() {
    auto file =
        AccessFile::open(path(), [this](const Error& error) { reported_.push_back(error.message()); });
    EXPECT_TRUE(file) << file.error().message();
    return std::move(*file);
  }
  // Only keeps what never comes from hanging a test.
  static constexpr int kLooks = 6000;

  // list() until it says so.
  static bool comes_to(AccessFile& file, size_t tokens) {
    for (int i = 0; i < kLooks; ++i) {
      if (file.list()->tokens().size() == tokens) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  TemporaryDirectory directory_;
  std::vector<std::string> reported_;
};

TEST_F(AccessFileTest, KeepsTokensAsHashesInAFileOfTheOwnersAlone) {
  const std::string token = add_token_to_file(path(), "first", {.append = true}, {}).value();
  struct stat about {};
  ASSERT_EQ(::stat(path().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  std::ifstream file(path());
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(text.find(token.substr(4)), std::string::npos);
  const auto list = open()->list();
  ASSERT_NE(list->token(token_digest(token)), nullptr);
  EXPECT_EQ(list->token(token_digest(token))->rights, (Rights{.append = true}));
}

TEST_F(AccessFileTest, LeavesTheFileAsItWasWhereATokenCannotBeAdded) {
  ASSERT_TRUE(add_token_to_file(path(), "first", {.append = true}, {}));
  EXPECT_FALSE(add_token_to_file(path(), "first", {.read = true}, {}));
  EXPECT_FALSE(add_token_to_file(path(), "", {.read = true}, {}));
  EXPECT_FALSE(add_token_to_file(path(), "none", {}, {}));
  EXPECT_EQ(open()->list()->tokens().size(), 1u);
  write("not a list");
  EXPECT_FALSE(add_token_to_file(path(), "second", {.read = true}, {}));
  std::ifstream file(path());
  EXPECT_EQ(std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>()),
            "not a list");
  EXPECT_FALSE(add_token_to_file(directory_.path() + "/no/such/place", "a", {.read = true}, {}));
}

TEST_F(AccessFileTest, LosesNoTokenThatIsAddedBesideAnother) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(
            add_token_to_file(path(), std::to_string(thread) + "/" + std::to_string(i), {.read = true}, {}));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(open()->list()->tokens().size(), 20u);
}

TEST_F(AccessFileTest, SeesChangesByItself) {
  const auto file = open();
  EXPECT_TRUE(file->list()->tokens().empty());
  const std::string token = add_token_to_file(path(), "first", {.append = true}, {}).value();
  EXPECT_TRUE(comes_to(*file, 1));
  std::filesystem::remove(path());
  EXPECT_TRUE(comes_to(*file, 0)) << "without a file nobody may do anything";
}

TEST_F(AccessFileTest, KeepsTheOldListWhereTheNewOneIsMalformed) {
  ASSERT_TRUE(add_token_to_file(path(), "first", {.append = true}, {}));
  const auto file = open();
  write("{");
  EXPECT_FALSE(file->reload());
  EXPECT_EQ(file->list()->tokens().size(), 1u);
  for (int i = 0; i < kLooks && reported_.empty(); ++i) {
    EXPECT_EQ(file->list()->tokens().size(), 1u);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_FALSE(reported_.empty());
  write("");
  EXPECT_TRUE(file->reload());
  EXPECT_TRUE(file->list()->tokens().empty());
}

TEST_F(AccessFileTest, TakesNoListThatOthersMayWriteTo) {
  using std::filesystem::perms;
  for (const perms others : {perms::group_write, perms::others_write}) {
    std::filesystem::remove(path());
    ASSERT_TRUE(add_token_to_file(path(), "first", {.append = true}, {}));
    std::filesystem::permissions(path(), others, std::filesystem::perm_options::add);
    const auto file = AccessFile::open(path(), {});
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, Errc::failed);
    EXPECT_FALSE(add_token_to_file(path(), "second", {.append = true}, {}));
    EXPECT_FALSE(remove_token_from_file(path(), "first"));
    std::filesystem::permissions(path(), others, std::filesystem::perm_options::remove);
    EXPECT_EQ(open()->list()->tokens().size(), 1u);
  }
  EXPECT_FALSE(AccessFile::open(directory_.path(), {})) << "a directory";
}

TEST_F(AccessFileTest, TakesATokenAwayAndLeavesTheOthers) {
  ASSERT_TRUE(add_token_to_file(path(), "first", {.append = true}, {}));
  const std::string second = add_token_to_file(path(), "second", {.read = true}, 1'000'000).value();
  ASSERT_TRUE(remove_token_from_file(path(), "first"));
  const auto list = open()->list();
  ASSERT_EQ(list->tokens().size(), 1u);
  EXPECT_NE(list->token(token_digest(second)), nullptr);
  const Status again = remove_token_from_file(path(), "first");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::absent);
}

TEST_F(AccessFileTest, LeavesWhoMayReadTheFileAsItWas) {
  ASSERT_TRUE(add_token_to_file(path(), "first", {.append = true}, {}));
  ASSERT_EQ(::chmod(path().c_str(), 0640), 0);
  const bool root = ::geteuid() == 0;
  constexpr uid_t kSomebody = 65534;
  if (root) {
    ASSERT_EQ(::chown(path().c_str(), kSomebody, kSomebody), 0);
  }
  ASSERT_TRUE(add_token_to_file(path(), "second", {.append = true}, {}));
  struct stat about {};
  ASSERT_EQ(::stat(path().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0640u);
  if (root) {
    EXPECT_EQ(about.st_uid, kSomebody) << "the server could not read it any more";
  }
}

}  // namespace
}  // namespace penstock
