// SPDX-License-Identifier: Apache-2.0
#include "unit/gateway/gateway_fixture.h"

namespace penstock {
namespace {

constexpr const char* kPage = "https://page.example";
constexpr const char* kOther = "https://page.example.evil";

AllowedOrigins allowed(const std::vector<std::string>& origins) {
  return AllowedOrigins::parse(origins).value();
}

TEST(AllowedOriginsTest, TakesOriginsAsBrowsersWriteThem) {
  for (const char* origin : {"*", "https://example.org", "http://127.0.0.1:8081", "http://[::1]:1",
                             "https://a-b.c_d.example:8443", "moz-extension://0a1b", "http://x:443"})
    EXPECT_TRUE(AllowedOrigins::parse(std::vector<std::string>{origin})) << origin;
  for (const char* wrong : {"",
                            "null",
                            "**",
                            "https://*",
                            "https://*.example.org",
                            "example.org",
                            "https://",
                            "https://Example.org",
                            "https://example.org/",
                            "https://example.org/path",
                            "https://a:b",
                            "https://a:",
                            "https://a:0",
                            "https://a:65536",
                            "https://a:443",
                            "http://a:80",
                            "https://u@a",
                            "https://a b",
                            "https://a,https://b",
                            "https://[::1",
                            "https://[]",
                            "://a",
                            "1x://a",
                            "https://a\r\nx: y"}) {
    const auto parsed = AllowedOrigins::parse(std::vector<std::string>{wrong});
    ASSERT_FALSE(parsed) << wrong;
    EXPECT_EQ(parsed.error().code, Errc::usage);
  }
  EXPECT_FALSE(AllowedOrigins::parse(std::vector<std::string>(65, "https://a")));
}

TEST(AllowedOriginsTest, GivesAnyPageNoMoreThanToRead) {
  const AllowedOrigins any = allowed({"*", kPage});
  EXPECT_EQ(any.granted(kOther, GatewayRoute::ipfs), "*");
  EXPECT_EQ(any.granted("null", GatewayRoute::store), "*");
  EXPECT_FALSE(any.granted(kOther, GatewayRoute::objects));
  EXPECT_EQ(any.granted(kPage, GatewayRoute::objects), kPage);
  for (const GatewayRoute route : {GatewayRoute::metrics, GatewayRoute::healthz, GatewayRoute::none}) {
    EXPECT_FALSE(any.granted(kPage, route));
    EXPECT_FALSE(any.granted(kOther, route));
  }
}

class CrossOriginTest : public GatewayFixture {
 protected:
  void serve(const std::vector<std::string>& origins) {
    options_.origins = allowed(origins);
    start();
  }
  static HttpRequest preflight(const std::string& path, const char* origin, const char* method) {
    HttpRequest asked = request("OPTIONS", path);
    asked.fields = {{"origin", origin},
                    {"access-control-request-method", method},
                    {"access-control-request-headers", "authorization"}};
    return asked;
  }
  // No field of an answer lets a page at it.
  static void expect_nothing_granted(const Answered& answered) {
    for (const auto& [name, value] : answered.fields) {
      EXPECT_FALSE(name.starts_with("access-control-")) << name << ": " << value;
      EXPECT_NE(name, "timing-allow-origin");
    }
  }
};

TEST_F(CrossOriginTest, AnswersWhatABrowserAsksFirst) {
  serve({kPage});
  const Answered upload = ask(preflight("/objects/a", kPage, "PUT"));
  EXPECT_EQ(upload.status, 204u);
  EXPECT_EQ(upload.body, "");
  EXPECT_EQ(upload.field("access-control-allow-origin"), kPage);
  EXPECT_EQ(upload.field("access-control-allow-methods"), "PUT");
  EXPECT_THAT(upload.field("access-control-allow-headers"), testing::HasSubstr("authorization"));
  EXPECT_THAT(upload.field("vary"), testing::HasSubstr("origin"));
  EXPECT_EQ(upload.field("access-control-allow-credentials"), "");
  EXPECT_EQ(ask(preflight("/ipfs/x", kPage, "GET")).field("access-control-allow-methods"), "GET, HEAD");
}

TEST_F(CrossOriginTest, LetsNoOtherPageAtAnAnswer) {
  serve({kPage});
  const std::string there = "/ipfs/" + put_file(random_bytes(100, 1)).text();
  for (const char* origin : {kOther, "null", "", "*", "http://page.example", "https://PAGE.example"}) {
    const Answered asked = ask(preflight("/objects/a", origin, "PUT"));
    EXPECT_EQ(asked.status, 401u) << origin;
    expect_nothing_granted(asked);
    const Answered read = get(there, {{"origin", origin}});
    EXPECT_EQ(read.status, 200u);
    expect_nothing_granted(read);
    EXPECT_EQ(read.field("vary"), "accept, authorization, origin");
  }
  expect_nothing_granted(ask(preflight("/metrics", kPage, "GET")));
  HttpRequest metrics = authorized("GET", "/metrics");
  metrics.fields.push_back({"origin", kPage});
  expect_nothing_granted(ask(metrics));
}

TEST_F(CrossOriginTest, ShowsAPageThatMayWhatItGetsAndWhyNot) {
  serve({kPage});
  const Cid cid = put_file(random_bytes(100, 1));
  for (const auto& [target, status] : {std::pair{"/ipfs/" + cid.text(), 200u},
                                       {"/ipfs/" + cid.text() + "/none", 404u},
                                       {"/v1/store", 200u}}) {
    const Answered answered = get(target, {{"origin", kPage}});
    EXPECT_EQ(answered.status, status) << target;
    EXPECT_EQ(answered.field("access-control-allow-origin"), kPage);
    EXPECT_THAT(answered.field("access-control-expose-headers"), testing::HasSubstr("x-ipfs-roots"));
    EXPECT_EQ(answered.field("timing-allow-origin"), kPage);
  }
  HttpRequest nobody = request("GET", "/v1/store");
  nobody.fields.push_back({"origin", kPage});
  const Answered refused = ask(nobody);
  EXPECT_EQ(refused.status, 401u);
  EXPECT_EQ(refused.field("access-control-allow-origin"), kPage);
}

TEST_F(CrossOriginTest, SaysNothingOfOriginsWhereNoneIsListed) {
  const Cid cid = put_file(random_bytes(100, 1));
  const Answered read = get("/ipfs/" + cid.text(), {{"origin", kPage}});
  expect_nothing_granted(read);
  EXPECT_EQ(read.field("vary"), "accept, authorization");
  EXPECT_EQ(ask(preflight("/objects/a", kPage, "PUT")).status, 401u);
}

TEST_F(CrossOriginTest, LetsAnyPageWithATokenReadAndNoneUpload) {
  serve({"*"});
  const Cid cid = put_file(random_bytes(100, 1));
  EXPECT_EQ(get("/ipfs/" + cid.text(), {{"origin", kOther}}).field("access-control-allow-origin"), "*");
  EXPECT_EQ(ask(preflight("/ipfs/" + cid.text(), kOther, "GET")).status, 204u);
  const Answered upload = ask(preflight("/objects/a", kOther, "PUT"));
  EXPECT_EQ(upload.status, 401u);
  expect_nothing_granted(upload);
}

}  // namespace
}  // namespace penstock
