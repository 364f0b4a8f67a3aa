// SPDX-License-Identifier: Apache-2.0
#include "appliance/object_name.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

const std::string kCid =
    "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";  // the empty raw block

TEST(ObjectNameTest, TakesACidAlone) {
  const auto name = parse_object_name(kCid);
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->cid->text(), kCid);
  EXPECT_EQ(name->path, "");
}

TEST(ObjectNameTest, TakesThePathBehindItAndDropsSlashesAtItsEnd) {
  const auto name = parse_object_name(kCid + "/a/b\n\xff//");
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->path, "a/b\n\xff");
  EXPECT_EQ(parse_object_name(kCid + "/")->path, "");
}

TEST(ObjectNameTest, KnowsHead) {
  const auto name = parse_object_name("HEAD/a");
  ASSERT_TRUE(name.has_value());
  EXPECT_FALSE(name->cid.has_value());
  EXPECT_EQ(name->path, "a");
}

TEST(ObjectNameTest, TakesCommitsByNameAndBeforeOthers) {
  const auto before = parse_object_name("HEAD~12/a:b");
  ASSERT_TRUE(before);
  EXPECT_EQ(before->before, 12U);
  EXPECT_EQ(before->path, "a:b");
  EXPECT_EQ(before->start, "HEAD~12/");
  EXPECT_FALSE(before->name);

  const auto named = parse_object_name("my home~:/a/b:c/");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->name, "my home~");
  EXPECT_EQ(named->path, "a/b:c");
  EXPECT_EQ(named->start, "my home~:");
  EXPECT_EQ(named->before, 0U);

  const auto older = parse_object_name("HEAD~3:");
  ASSERT_TRUE(older);
  EXPECT_EQ(older->name, "HEAD");
  EXPECT_EQ(older->before, 3U);
  EXPECT_EQ(older->path, "");
}

TEST(ObjectNameTest, TakesLettersOfACommitsCid) {
  for (const std::string& text : {kCid.substr(0, 8), kCid.substr(0, 40), kCid.substr(51)}) {
    const auto name = parse_object_name(text + "/a");
    ASSERT_TRUE(name) << text;
    EXPECT_EQ(name->letters, text);
    EXPECT_EQ(name->path, "a");
  }
  for (const std::string& text :
       {kCid.substr(0, 7), kCid.substr(0, 41), std::string("ABCDEFGH"), std::string("documents-1")})
    EXPECT_FALSE(parse_object_name(text)) << text;
}

TEST(ObjectNameTest, RefusesAMalformedCid) {
  for (const char* text :
       {"", "/", "/a", "head", "HEADS", "bafy", "x/y", ":", ":a", "~1:", "HEAD~", "HEAD~x"}) {
    const auto name = parse_object_name(text);
    ASSERT_FALSE(name.has_value()) << text;
    EXPECT_EQ(name.error().code, Errc::usage) << text;
    EXPECT_NE(name.error().remedy.find("HEAD"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace penstock
