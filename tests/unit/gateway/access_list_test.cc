// SPDX-License-Identifier: Apache-2.0
#include "gateway/access_list.h"

#include <gtest/gtest.h>

#include "gateway/access_token.h"

namespace penstock {
namespace {

const std::string kHex(64, 'a');

std::string list_of(const std::string& entry) {
  return R"({"version": 1, "tokens": [)" + entry + "]}";
}

TEST(AccessListTest, SaysTheSameAfterItWasWrittenDown) {
  AccessList list;
  const Digest digest = token_digest("a");
  ASSERT_TRUE(list.add_token({"a b", digest, {.append = true, .read = true}, 1'900'000'000}));
  ASSERT_TRUE(list.add_token({"é", token_digest("b"), {.admin = true}, {}}));
  ASSERT_TRUE(list.add_certificate({"a b", digest, {.read = true}, {}}));
  const auto again = AccessList::parse(list.text());
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->tokens(), list.tokens());
  EXPECT_EQ(again->certificates(), list.certificates());
  ASSERT_NE(again->token(digest), nullptr);
  EXPECT_EQ(again->token(digest)->name, "a b");
  EXPECT_EQ(again->token(token_digest("c")), nullptr);
  ASSERT_NE(again->certificate(digest.hex()), nullptr);
  for (const std::string& none : {std::string(), std::string("x"), kHex, digest.hex().substr(1)})
    EXPECT_EQ(again->certificate(none), nullptr) << none;
}

TEST(AccessListTest, IsEmptyWhereNothingIsWritten) {
  for (const char* empty : {"", " \n", R"({"version": 1})", R"({"version": 1, "tokens": []})"}) {
    const auto list = AccessList::parse(empty);
    ASSERT_TRUE(list) << empty;
    EXPECT_TRUE(list->tokens().empty());
  }
}

TEST(AccessListTest, RefusesWhatItDoesNotUnderstand) {
  const std::string name = R"("name": "a", )";
  const std::string digest = R"("sha256": ")" + kHex + R"(", )";
  const std::string rights = R"("rights": ["read"])";
  ASSERT_TRUE(AccessList::parse(list_of("{" + name + digest + rights + "}")));
  const std::vector<std::string> bad = {
      "x",
      "[]",
      "{}",
      R"({"version": 2})",
      R"({"version": "1"})",
      R"({"version": 1, "users": []})",
      R"({"version": 1, "version": 1})",
      R"({"version": 1, "tokens": {}})",
      list_of("1"),
      list_of("{" + digest + rights + "}"),
      list_of("{" + name + rights + "}"),
      list_of("{" + name + R"("sha256": ")" + kHex + R"("})"),
      list_of("{" + name + digest + R"("rights": []})"),
      list_of("{" + name + digest + R"("rights": ["write"]})"),
      list_of("{" + name + digest + R"("rights": "read"})"),
      list_of("{" + name + digest + rights + R"(, "expires": "soon"})"),
      list_of("{" + name + digest + rights + R"(, "expires": 17})"),
      list_of("{" + name + digest + rights + R"(, "expiry": "2027-01-01T00:00:00Z"})"),
      list_of("{" + name + digest + rights + R"(, "rights": ["admin"]})"),
      list_of("{" + name + digest + rights + "}, {" + name + R"("sha256": ")" + std::string(64, 'b') +
              R"(", )" + rights + "}"),
      list_of("{" + name + digest + rights + R"(}, {"name": "b", )" + digest + rights + "}"),
      list_of(R"({"name": "a\nb", )" + digest + rights + "}"),
      list_of(R"({"name": ")" + std::string(129, 'n') + R"(", )" + digest + rights + "}"),
      list_of("{" + name + R"("sha256": ")" + std::string(64, 'A') + R"(", )" + rights + "}"),
      std::string(100'000, '['),
      list_of("{" + name + digest + rights + "}") + "x",
      "\xff\xfe",
  };
  for (const std::string& text : bad) {
    const auto list = AccessList::parse(text);
    ASSERT_FALSE(list) << text;
    EXPECT_EQ(list.error().code, Errc::usage);
  }
}

TEST(AccessTokenTest, IsNewEachTimeAndOfOneForm) {
  const std::string one = make_access_token().value();
  const std::string other = make_access_token().value();
  EXPECT_NE(one, other);
  EXPECT_TRUE(one.starts_with("pst_"));
  EXPECT_EQ(one.size(), 4u + 52u);
  EXPECT_EQ(bearer_token("Bearer " + one), one);
  EXPECT_EQ(token_digest("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace penstock
