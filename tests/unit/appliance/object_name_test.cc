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

TEST(ObjectNameTest, RefusesAMalformedCid) {
  for (const char* text : {"", "/", "/a", "head", "HEADS", "bafy", "x/y"}) {
    const auto name = parse_object_name(text);
    ASSERT_FALSE(name.has_value()) << text;
    EXPECT_EQ(name.error().code, Errc::usage) << text;
    EXPECT_NE(name.error().remedy.find("HEAD"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace penstock
