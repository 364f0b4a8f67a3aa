// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "unit/quic/test_request.h"
#include "unit/quic/test_server.h"

namespace penstock {
namespace {

struct Malformed {
  const char* name;
  HttpField field;
};

class MalformedRequestTest : public testing::TestWithParam<Malformed> {};
// RFC 9114, sections 4.2, 4.3 and 4.1.2.
INSTANTIATE_TEST_SUITE_P(Fields, MalformedRequestTest,
                         testing::Values(Malformed{"Connection", {"connection", "close"}},
                                         Malformed{"TransferEncoding", {"transfer-encoding", "chunked"}},
                                         Malformed{"PseudoFieldBehindOthers", {":method", "GET"}},
                                         Malformed{"UnknownPseudoField", {":secret", "1"}},
                                         Malformed{"TwoLengths", {"content-length", "7"}}),
                         [](const auto& each) { return std::string(each.param.name); });

void PrintTo(const Malformed& malformed, std::ostream* out) {
  *out << malformed.name;
}

TEST_P(MalformedRequestTest, IsResetAndTheConnectionGoesOn) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest beside("PUT", "/put", 2'000'000);
  beside.stall_after = 1'000'000;
  const auto id = (*client)->submit(beside.head, beside);
  for (int i = 0; i < 3; ++i) {
    TestRequest bad("PUT", "/put", 50'000);
    bad.head.fields.push_back({"x-before", "1"});
    bad.head.fields.push_back(GetParam().field);
    ASSERT_TRUE(carry_out(**client, bad));
    EXPECT_TRUE(!bad.result || bad.status == 400) << bad.status << bad.text;
  }
  beside.stall_after = UINT64_MAX;
  (*client)->resume(*id);
  ASSERT_TRUE(poll_until(**client, [&beside] { return beside.done; }));
  ASSERT_TRUE(beside.result) << beside.result.error().message();
  EXPECT_EQ(beside.text, "2000000 right");
  EXPECT_EQ(server.log.begun, 1U);
  EXPECT_EQ(server.count(QuicCount::requests_refused), 3U);
}

class DroppedFieldTest : public testing::TestWithParam<Malformed> {};
// The library leaves these out and does not tell: no service sees what is no field.
INSTANTIATE_TEST_SUITE_P(Fields, DroppedFieldTest,
                         testing::Values(Malformed{"LineBreak", {"x-break", "one\r\ntwo: 2"}},
                                         Malformed{"Nul", {"x-nul", std::string("a\0b", 3)}},
                                         Malformed{"SpaceInName", {"x name", "1"}},
                                         Malformed{"EmptyName", {"", "1"}}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_P(DroppedFieldTest, IsSeenByNoService) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest get("GET", "/bytes?1");
  get.head.fields.push_back(GetParam().field);
  get.head.fields.push_back({"x-behind", "1"});
  ASSERT_TRUE(carry_out(**client, get));
  const std::lock_guard lock(server.log.mutex);
  for (const HttpRequest& request : server.log.requests) {
    ASSERT_EQ(request.fields.size(), 1U);
    EXPECT_EQ(request.fields[0].name, "x-behind");
  }
}

TEST(MalformedBodyTest, LessThanItsLengthSaysNeverEnds) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest less("PUT", "/put", 10'000);
  less.head.content_bytes = 10'001;
  ASSERT_TRUE(carry_out(**client, less));
  EXPECT_FALSE(less.result);
  EXPECT_EQ(server.log.ended, 0U);
  EXPECT_EQ(server.log.under_way, 0U);
}

TEST(MalformedBodyTest, MoreThanItsLengthSaysNeverEnds) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  TestRequest more("PUT", "/put", 5'000'000);
  more.head.content_bytes = 9'999;
  ASSERT_TRUE(carry_out(**client, more));
  EXPECT_FALSE(more.result);
  EXPECT_EQ(server.log.ended, 0U);
  TestRequest put("PUT", "/put", 5'000'000);
  ASSERT_TRUE(carry_out(**client, put));
  EXPECT_EQ(put.text, "5000000 right");
}

TEST(MalformedTargetTest, WhatIsNoPathIsRefusedWith400) {
  TestServer server;
  auto client = server.client();
  ASSERT_TRUE(client);
  for (const std::string path : {"*", "bytes", "http://server.test/"}) {
    TestRequest get("GET", "/");
    get.head.path = path;
    ASSERT_TRUE(carry_out(**client, get));
    EXPECT_TRUE(!get.result || get.status == 400) << path << get.status;
  }
  TestRequest two_hosts("GET", "/bytes?1");
  two_hosts.head.fields.push_back({"host", "another.test"});
  ASSERT_TRUE(carry_out(**client, two_hosts));
  EXPECT_EQ(two_hosts.status, 400U);
  EXPECT_EQ(server.log.begun, 0U);
}

}  // namespace
}  // namespace penstock
