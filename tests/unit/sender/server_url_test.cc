// SPDX-License-Identifier: Apache-2.0
#include "sender/server_url.h"

#include <gtest/gtest.h>

#include "sender/object_path.h"
#include "sender/store_terms.h"

namespace penstock {
namespace {

TEST(ServerUrlTest, TakesNamesAndAddressesWithAndWithoutAPort) {
  const auto named = parse_server_url("https://backup.example:4433/");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->host, "backup.example");
  EXPECT_EQ(named->authority, "backup.example:4433");
  EXPECT_EQ(parse_server_url("https://192.0.2.1").value().authority, "192.0.2.1:443");
  const auto v6 = parse_server_url("https://[2001:db8::1]:8443");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host, "2001:db8::1");
  EXPECT_EQ(v6->authority, "[2001:db8::1]:8443");
}

TEST(ServerUrlTest, RefusesWhatIsNoServer) {
  for (const char* text :
       {"", "backup:4433", "http://a:1", "https://", "https:///", "https://:1", "https://a:", "https://a:0",
        "https://a:65536", "https://a:1x", "https://a:1/path", "https://user@a:1", "https://[::1",
        "https://[]:1", "https://[::1]x", "https://a?b", "https://a b", "https://a\nb", "https://a//"}) {
    const auto url = parse_server_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, Errc::usage) << text;
  }
}

TEST(ObjectPathTest, EncodesAllButWhatPathsHave) {
  EXPECT_EQ(object_path("a/b-c._~9"), "/objects/a/b-c._~9");
  EXPECT_EQ(object_path("ü ?#%\n"), "/objects/%C3%BC%20%3F%23%25%0A");
}

TEST(StoreTermsTest, TakesWhatServersSay) {
  const auto terms = parse_store_terms(R"({"chunker":"cdc:16K:64K:256K","profile":"default","more":[1]})");
  ASSERT_TRUE(terms);
  EXPECT_EQ(terms->chunker, ChunkerSpec{});
  EXPECT_EQ(terms->layout, LinkLayout::content_cut);
  const auto ipfs = parse_store_terms(R"({"chunker":"cdc:16K:64K:256K","profile":"ipfs"})");
  ASSERT_TRUE(ipfs);
  EXPECT_EQ(chunker_text(ipfs->chunker), "fixed:1M");
  EXPECT_EQ(ipfs->layout, LinkLayout::balanced);
}

TEST(StoreTermsTest, RefusesWhatItDoesNotKnow) {
  for (const char* text :
       {"", "<html>", "[]", "{}", R"({"chunker":1,"profile":"default"})", R"({"chunker":"cdc:16K:64K:256K"})",
        R"({"chunker":"cdc:16K:64K:256K","profile":"new"})", R"({"chunker":"rabin:1M","profile":"default"})",
        R"({"chunker":"fixed:2M","profile":"default"})", R"({"chunker":"fixed:0","profile":"default"})"}) {
    const auto terms = parse_store_terms(text);
    ASSERT_FALSE(terms) << text;
    EXPECT_EQ(terms.error().code, Errc::failed) << text;
  }
}

}  // namespace
}  // namespace penstock
