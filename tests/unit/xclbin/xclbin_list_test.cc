// SPDX-License-Identifier: Apache-2.0
#include "drivers/xclbin/xclbin_list.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "hash/sha256.h"
#include "unit/xclbin/made_xclbin.h"

namespace penstock {
namespace {

class XclbinListTest : public testing::Test {
 protected:
  XclbinListTest() { folder_ = mkdtemp(name_); }
  ~XclbinListTest() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::vector<uint8_t>& bytes) const {
    std::ofstream(path(name), std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return path(name);
  }
  std::string write(const std::string& name, const std::string& text) const {
    return write(name, std::vector<uint8_t>(text.begin(), text.end()));
  }

  std::filesystem::path folder_;

 private:
  char name_[32] = "/tmp/penstock-xclbin-XXXXXX";
};

std::string manifest(const Digest& digest, const char* abi) {
  return R"({"sha256": ")" + digest.hex() + R"(", "abi_version": )" + abi + "}";
}

TEST_F(XclbinListTest, IsEmptyWhereThereIsNoFile) {
  const auto list = XclbinList::load(path("none/there.json"));
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->entries().empty());
}

TEST_F(XclbinListTest, KeepsWhatIsTrusted) {
  const auto file = made_xclbin(0x11);
  XclbinList list;
  const auto listed = list.trust(write("a.xclbin", file));
  ASSERT_TRUE(listed) << listed.error().message();
  EXPECT_EQ(listed->path, path("a.xclbin"));
  EXPECT_EQ(listed->sha256, sha256(file));
  ASSERT_TRUE(list.trust(write("b.xclbin", made_xclbin(0x22))));
  const std::string place = write("list.json", list.text());
  const auto again = XclbinList::load(place);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_TRUE(std::ranges::equal(again->entries(), list.entries()));
  EXPECT_EQ(again->find(listed->uuid), *listed);
  EXPECT_EQ(again->find("00000000-0000-0000-0000-000000000000"), std::nullopt);
}

TEST_F(XclbinListTest, PutsTheSameProgramsNewFileInItsPlace) {
  XclbinList list;
  ASSERT_TRUE(list.trust(write("a.xclbin", made_xclbin(1, "old"))));
  ASSERT_TRUE(list.trust(write("b.xclbin", made_xclbin(2, "other"))));
  ASSERT_TRUE(list.trust(write("c.xclbin", made_xclbin(1, "new"))));
  ASSERT_EQ(list.entries().size(), 2u);
  EXPECT_EQ(list.entries().back().platform, "new");
}

TEST_F(XclbinListTest, ReadsOnlyTheBytesThatWereListed) {
  XclbinList list;
  auto file = made_xclbin();
  const auto listed = list.trust(write("a.xclbin", file));
  ASSERT_TRUE(listed);
  EXPECT_EQ(read_trusted(*listed), file);
  file.back() ^= 1;
  write("a.xclbin", file);
  const auto changed = read_trusted(*listed);
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, Errc::failed);
  std::filesystem::remove(path("a.xclbin"));
  EXPECT_FALSE(read_trusted(*listed));
}

// What a list that was written by hand may say.
TEST_F(XclbinListTest, ReadsNoFileThatIsNotTheListedProgram) {
  XclbinList list;
  const auto listed = list.trust(write("a.xclbin", made_xclbin(0x11)));
  ASSERT_TRUE(listed);
  TrustedXclbin other = *listed;
  other.uuid = "22222222-2222-2222-2222-222222222222";
  EXPECT_FALSE(read_trusted(other));
  for (const size_t bytes : {0, 10, 455}) {
    auto cut = made_xclbin(0x11);
    cut.resize(bytes);
    TrustedXclbin malformed = *listed;
    malformed.path = write("cut.xclbin", cut);
    malformed.sha256 = sha256(cut);
    EXPECT_FALSE(read_trusted(malformed)) << bytes;
  }
}

TEST_F(XclbinListTest, ListsTheFileThatANameLeadsTo) {
  std::filesystem::create_directories(folder_ / "far/off");
  write("far/a.xclbin", made_xclbin(1));
  std::filesystem::create_directory_symlink("far/off", folder_ / "link");
  XclbinList list;
  const auto listed = list.trust(path("link/../a.xclbin"));
  ASSERT_TRUE(listed) << listed.error().message();
  EXPECT_EQ(listed->path, path("far/a.xclbin"));
  const auto unwritable = list.trust(write("\xff.xclbin", made_xclbin(2)));
  ASSERT_FALSE(unwritable);
  EXPECT_NE(unwritable.error().message().find("UTF-8"), std::string::npos);
}

TEST_F(XclbinListTest, ReadsNothingEndless) {
  ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
  XclbinList list;
  EXPECT_FALSE(list.trust(path("fifo")));
  std::filesystem::resize_file(write("sparse", std::string("xclbin2")), uintmax_t{1} << 40);
  EXPECT_FALSE(list.trust(path("sparse")));
}

class ChooseXclbinsTest : public XclbinListTest {
 protected:
  void SetUp() override {
    first_ = *list_.trust(write("a", made_xclbin(1, "one")));
    second_ = *list_.trust(write("b", made_xclbin(2, "other")));
    third_ = *list_.trust(write("c", made_xclbin(3, "one")));
  }
  Result<std::vector<TrustedXclbin>> choose(const std::optional<std::string>& held, bool may_replace,
                                            const std::string& platform = "none of them") const {
    return choose_xclbins(held, list_, may_replace, platform, "card");
  }

  const std::string unknown_ = "99999999-9999-9999-9999-999999999999";
  XclbinList list_;
  TrustedXclbin first_;
  TrustedXclbin second_;
  TrustedXclbin third_;
};

TEST_F(ChooseXclbinsTest, StaysWithTheListedProgramThatTheCardHolds) {
  EXPECT_EQ(choose(first_.uuid, false), std::vector{first_});
}

TEST_F(ChooseXclbinsTest, LeavesACardAloneThatHoldsAnother) {
  const auto chosen = choose(unknown_, false);
  ASSERT_FALSE(chosen);
  EXPECT_NE(chosen.error().message().find("holds another program (" + unknown_), std::string::npos);
  EXPECT_NE(chosen.error().message().find("--program"), std::string::npos);
}

TEST_F(ChooseXclbinsTest, ReplacesAnotherWhereItMay) {
  EXPECT_EQ(choose(unknown_, true), (std::vector{third_, second_, first_}));
  // And never says that it did where it did not.
  EXPECT_EQ(choose(first_.uuid, true), (std::vector{third_, second_}));
  EXPECT_EQ(choose(third_.uuid, true), std::vector{third_});
}

TEST_F(ChooseXclbinsTest, TriesTheNewestFirstOnACardThatHoldsNone) {
  EXPECT_EQ(choose(std::nullopt, false), (std::vector{third_, second_, first_}));
}

TEST_F(ChooseXclbinsTest, TriesNoneOfAnotherPlatformWhereThereIsOneOfTheCards) {
  EXPECT_EQ(choose(std::nullopt, false, "one"), (std::vector{third_, first_}));
  EXPECT_EQ(choose(std::nullopt, false, "other"), std::vector{second_});
}

TEST_F(ChooseXclbinsTest, SaysSoWhereNoneIsListed) {
  for (const bool may_replace : {false, true}) {
    EXPECT_FALSE(choose_xclbins(std::nullopt, {}, may_replace, "one", "card"));
    EXPECT_FALSE(choose_xclbins(unknown_, {}, may_replace, "one", "card"));
  }
}

TEST_F(XclbinListTest, TrustsNothingThatIsNoProgram) {
  XclbinList list;
  auto cut = made_xclbin();
  cut.pop_back();
  for (const std::string& file :
       {path("absent"), folder_.string(), write("text", std::string("hello")), write("cut", cut)}) {
    const auto listed = list.trust(file);
    ASSERT_FALSE(listed) << file;
    EXPECT_EQ(listed.error().code, Errc::failed);
    EXPECT_NE(listed.error().message().find(file), std::string::npos) << listed.error().message();
  }
  EXPECT_TRUE(list.entries().empty());
}

TEST_F(XclbinListTest, HoldsTheFileAgainstItsManifest) {
  const auto file = made_xclbin();
  const std::string program = write("a.xclbin", file);
  XclbinList list;
  write("a.xclbin.json", manifest(sha256(file), "1"));
  EXPECT_TRUE(list.trust(program));
  Digest other = sha256(file);
  other.bytes[5] ^= 1;
  for (const std::string& wrong :
       {manifest(other, "1"), manifest(sha256(file), "2"), std::string("{}"), std::string("[")}) {
    write("a.xclbin.json", wrong);
    EXPECT_FALSE(list.trust(program)) << wrong;
  }
}

TEST_F(XclbinListTest, RefusesAListThatIsNone) {
  for (const char* text :
       {"", "[]", "{}", R"({"xclbins": 1})", R"({"xclbins": [1]})", R"({"xclbins": [{"path": "/a"}]})",
        R"({"xclbins": [{"path": "/a", "uuid": "", "platform": "", "sha256": "12"}]})"}) {
    const auto list = XclbinList::load(write("list.json", std::string(text)));
    ASSERT_FALSE(list) << text;
    EXPECT_EQ(list.error().code, Errc::failed);
  }
}

TEST_F(XclbinListTest, RefusesAListThatHasAUuidTwice) {
  XclbinList list;
  ASSERT_TRUE(list.trust(write("a", made_xclbin(1))));
  std::string text = list.text();
  const size_t begin = text.find('{', 1);
  const size_t end = text.find('}') + 1;
  text.insert(end, "," + text.substr(begin, end - begin));
  const auto again = XclbinList::load(write("list.json", text));
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message().find("twice"), std::string::npos) << again.error().message();
}

TEST_F(XclbinListTest, LiesWhereTheEnvironmentSays) {
  setenv("PENSTOCK_XCLBINS", "/a/list.json", 1);
  EXPECT_EQ(XclbinList::default_path(), "/a/list.json");
  unsetenv("PENSTOCK_XCLBINS");
  setenv("XDG_CONFIG_HOME", "/config", 1);
  EXPECT_EQ(XclbinList::default_path(), "/config/penstock/xclbins.json");
  unsetenv("XDG_CONFIG_HOME");
  setenv("HOME", "/home/me", 1);
  EXPECT_EQ(XclbinList::default_path(), "/home/me/.config/penstock/xclbins.json");
  unsetenv("HOME");
  EXPECT_FALSE(XclbinList::default_path());
}

}  // namespace
}  // namespace penstock
