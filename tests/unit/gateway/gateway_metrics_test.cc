// SPDX-License-Identifier: Apache-2.0
#include "unit/gateway/gateway_fixture.h"

namespace penstock {
namespace {

TEST(MetricsTextTest, PutsSamplesOfOneNameTogetherAndAddsThemUp) {
  MetricsText text;
  const MetricLabel a{"path", "a\"\\\n"};
  text.counter("x_total", "How many\nof \\ them.", 1, std::span(&a, 1));
  text.gauge("b", "Now.", 7);
  text.counter("x_total", "ignored", 2, std::span(&a, 1));
  text.counter("x_total", "ignored", 5);
  EXPECT_EQ(text.text(),
            "# HELP b Now.\n# TYPE b gauge\nb 7\n"
            "# HELP x_total How many\\nof \\\\ them.\n# TYPE x_total counter\n"
            "x_total 5\nx_total{path=\"a\\\"\\\\\\n\"} 3\n");
}

TEST(MetricsTextTest, WritesTimesInSecondsToTheNanosecond) {
  MetricsText text;
  text.counter_seconds("x_seconds_total", "Time.", 1);
  text.counter_seconds("x_seconds_total", "Time.", 12'000'000'004);
  EXPECT_EQ(text.text(),
            "# HELP x_seconds_total Time.\n# TYPE x_seconds_total counter\nx_seconds_total 12.000000005\n");
}

class WorkersMetrics final : public MetricsSource {
 public:
  void write_metrics(MetricsText& to) const override { to.gauge("penstock_test", "A test's.", 3); }
};

class GatewayMetricsTest : public GatewayFixture {};

TEST_F(GatewayMetricsTest, ShowsWhatAllSourcesCount) {
  const WorkersMetrics workers;
  parts_.metrics = {&workers, &workers};
  start();
  const Cid cid = put_file(random_bytes(1000, 1));
  get("/ipfs/" + cid.text());
  get("/ipfs/" + cid.text() + "/none");
  const Answered answered = ask(authorized("GET", "/metrics", "operator"));
  EXPECT_EQ(answered.status, 200u);
  EXPECT_EQ(answered.field("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(answered.body, testing::HasSubstr("penstock_test 6\n"));
  EXPECT_THAT(answered.body,
              testing::HasSubstr("penstock_requests_total{route=\"ipfs\",status=\"2xx\"} 1\n"));
  EXPECT_THAT(answered.body,
              testing::HasSubstr("penstock_requests_total{route=\"ipfs\",status=\"4xx\"} 1\n"));
  EXPECT_THAT(answered.body, testing::HasSubstr("penstock_uploads_open 0\n"));
}

TEST_F(GatewayMetricsTest, OpensThemToTheMachineItselfWhereThatIsAllowed) {
  const HttpPeer loopback{.address = "127.0.0.1:1", .certificate = {}, .loopback = true};
  EXPECT_EQ(ask(request("GET", "/metrics"), loopback).status, 401u);
  options_.metrics_from_loopback = true;
  start();
  EXPECT_EQ(ask(request("GET", "/metrics"), loopback).status, 200u);
  EXPECT_EQ(ask(request("GET", "/metrics")).status, 401u);
  EXPECT_EQ(ask(authorized("GET", "/metrics", "reader"), loopback).status, 403u);
  const auto status_of = [&](const std::string& authority, std::vector<HttpField> fields) {
    HttpRequest asked = request("GET", "/metrics");
    asked.authority = authority;
    asked.fields = std::move(fields);
    return ask(asked, loopback).status;
  };
  for (const char* here : {"localhost", "localhost:8080", "127.0.0.1:8080", "[::1]", "[::1]:8080"})
    EXPECT_EQ(status_of(here, {}), 200u) << here;
  // A page whose host's name was made to lead here, and a proxy of this machine.
  for (const char* elsewhere : {"evil.example:8080", "127.0.0.1.evil.example", "[::1].evil", "10.0.0.1:80"})
    EXPECT_EQ(status_of(elsewhere, {}), 401u) << elsewhere;
  for (const char* field : {"origin", "forwarded", "x-forwarded-for", "via"})
    EXPECT_EQ(status_of("localhost", {{field, "x"}}), 401u) << field;
}

TEST_F(GatewayMetricsTest, SaysWhetherItIsWell) {
  EXPECT_EQ(ask(request("GET", "/healthz")).body, "ok\n");
  options_.trouble = [] { return "the store takes nothing more"; };
  start();
  const Answered ill = ask(request("GET", "/healthz"));
  EXPECT_EQ(ill.status, 503u);
  EXPECT_EQ(ill.json()["why"], "the store takes nothing more");
}

TEST_F(GatewayMetricsTest, PublishesHowClientsAreToCut) {
  const auto json = ask(authorized("GET", "/v1/store", "appender")).json();
  EXPECT_EQ(json["version"], "1.2.3");
  EXPECT_EQ(json["chunker"], "cdc:16K:64K:256K");
  EXPECT_EQ(json["profile"], "default");
  EXPECT_EQ(json["codec"], "auto");
  EXPECT_EQ(json["rights"], nlohmann::json({"append"}));
  EXPECT_EQ(json["bodies"][1], "application/vnd.penstock.pieces");
  EXPECT_EQ(json["limits"]["have_digests"], 65536);
  EXPECT_EQ(json["limits"]["object_bytes"], options_.limits.object_bytes_max);
}

}  // namespace
}  // namespace penstock
