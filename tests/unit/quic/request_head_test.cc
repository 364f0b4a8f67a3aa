// SPDX-License-Identifier: Apache-2.0
#include "quic/request_head.h"

#include <gtest/gtest.h>
#include <nghttp3/nghttp3.h>

#include <string>

namespace penstock {
namespace {

RequestHead get(const std::string& path) {
  RequestHead head(1000);
  head.add(NGHTTP3_QPACK_TOKEN__METHOD, ":method", "GET");
  head.add(NGHTTP3_QPACK_TOKEN__SCHEME, ":scheme", "https");
  head.add(NGHTTP3_QPACK_TOKEN__PATH, ":path", path);
  return head;
}

TEST(RequestHeadTest, PartsThePathFromTheQueryAndLeavesBothAsTheyCame) {
  RequestHead head = get("/a%2Fb?c=?d#");
  EXPECT_EQ(head.check(true), 0U);
  EXPECT_EQ(head.request().path, "/a%2Fb");
  EXPECT_EQ(head.request().query, "c=?d#");
  EXPECT_FALSE(head.request().has_body);
}

TEST(RequestHeadTest, HasABodyWhereMoreComes) {
  RequestHead head = get("/");
  head.add(NGHTTP3_QPACK_TOKEN_CONTENT_LENGTH, "content-length", "18446744073709551615");
  EXPECT_EQ(head.check(false), 0U);
  EXPECT_TRUE(head.request().has_body);
  EXPECT_EQ(head.request().content_bytes, UINT64_MAX);
  EXPECT_EQ(find_field(head.request().fields, "content-length"), "18446744073709551615");
}

TEST(RequestHeadTest, LengthsThatAreNoneAreRefused) {
  for (const std::string length : {"", "-1", "1x", "18446744073709551616", "0x10", "1,1"}) {
    RequestHead head = get("/");
    head.add(NGHTTP3_QPACK_TOKEN_CONTENT_LENGTH, "content-length", length);
    EXPECT_EQ(head.check(false), 400U) << length;
  }
}

TEST(RequestHeadTest, PathsSchemesAndHostsThatCannotBeAreRefused) {
  EXPECT_EQ(get("").check(true), 400U);
  EXPECT_EQ(get("*").check(true), 400U);
  EXPECT_EQ(get("a/b").check(true), 400U);
  EXPECT_EQ(get("?a").check(true), 400U);
  RequestHead plain(1000);
  plain.add(NGHTTP3_QPACK_TOKEN__SCHEME, ":scheme", "http");
  plain.add(NGHTTP3_QPACK_TOKEN__PATH, ":path", "/");
  EXPECT_EQ(plain.check(true), 400U);
  RequestHead hosts = get("/");
  hosts.add(NGHTTP3_QPACK_TOKEN__AUTHORITY, ":authority", "one");
  hosts.add(NGHTTP3_QPACK_TOKEN_HOST, "host", "two");
  EXPECT_EQ(hosts.check(true), 400U);
  RequestHead host = get("/");
  host.add(NGHTTP3_QPACK_TOKEN_HOST, "host", "two");
  EXPECT_EQ(host.check(true), 0U);
  EXPECT_EQ(host.request().authority, "two");
}

TEST(RequestHeadTest, WhatPassesTheSizeIsRefusedAndNotKept) {
  RequestHead head = get("/");
  for (int i = 0; i < 10'000; ++i) head.add(-1, "x", "");
  EXPECT_EQ(head.check(true), 431U);
  EXPECT_LT(head.request().fields.size(), 40U);
}

}  // namespace
}  // namespace penstock
