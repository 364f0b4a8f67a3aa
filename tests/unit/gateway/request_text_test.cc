// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "gateway/accept_field.h"
#include "gateway/content_path.h"
#include "gateway/disposition.h"
#include "gateway/entity_bytes.h"
#include "gateway/entity_tag.h"
#include "gateway/gateway_route.h"
#include "gateway/html_text.h"
#include "gateway/media_type.h"
#include "gateway/percent_text.h"
#include "gateway/query_text.h"
#include "gateway/range_field.h"
#include "gateway/upload_name.h"
#include "gateway/utc_time.h"

namespace penstock {
namespace {

TEST(PercentTextTest, DecodesWhatIsWellFormedAlone) {
  EXPECT_EQ(percent_decoded("a%20b%2Fc%2f%00"), std::string("a b/c/\0", 7));
  EXPECT_EQ(percent_decoded("+"), "+");
  for (const char* bad : {"%", "%4", "a%4g", "%%41", "%-1"}) EXPECT_FALSE(percent_decoded(bad)) << bad;
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  EXPECT_EQ(percent_decoded(percent_encoded(all)), all);
  EXPECT_EQ(percent_encoded("a/b c~é"), "a%2Fb%20c~%C3%A9");
}

TEST(QueryTextTest, RefusesWhatCouldBeReadInTwoWays) {
  const auto query = QueryText::parse("format=car&&a+b=c%26d&empty&e==");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->find("format"), "car");
  EXPECT_EQ(query->find("a b"), "c&d");
  EXPECT_EQ(query->find("empty"), "");
  EXPECT_EQ(query->find("e"), "=");
  EXPECT_FALSE(query->find("none"));
  for (const char* bad : {"a=1&a=2", "a=1&%61=2", "a=%", "%zz"}) EXPECT_FALSE(QueryText::parse(bad)) << bad;
  std::string many;
  for (int i = 0; i < 65; ++i) many += "p" + std::to_string(i) + "&";
  EXPECT_FALSE(QueryText::parse(many));
}

TEST(RangeFieldTest, TakesOneRangeAndIgnoresTheRest) {
  const auto slice = [](const char* text, uint64_t bytes) {
    const auto range = parse_range_field(text);
    EXPECT_TRUE(range) << text;
    return range ? range->of(bytes) : std::nullopt;
  };
  EXPECT_EQ(slice("bytes=0-0", 10), (ByteSlice{0, 1}));
  EXPECT_EQ(slice("Bytes = 3-", 10), (ByteSlice{3, 7}));
  EXPECT_EQ(slice("bytes=3-99999999999999999999999", 10), (ByteSlice{3, 7}));
  EXPECT_EQ(slice("bytes=-4", 10), (ByteSlice{6, 4}));
  EXPECT_EQ(slice("bytes=-40", 10), (ByteSlice{0, 10}));
  for (const char* outside : {"bytes=10-", "bytes=10-12", "bytes=99999999999999999999999-", "bytes=-0"})
    EXPECT_FALSE(slice(outside, 10)) << outside;
  EXPECT_FALSE(slice("bytes=0-", 0));
  EXPECT_FALSE(slice("bytes=-1", 0));
  for (const char* ignored : {"", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=1-2,4-5", "lines=1-2",
                              "bytes=a-b", "bytes=--1", "bytes=1-2-3", "bytes=+1-2", "bytes=1 - 2"})
    EXPECT_FALSE(parse_range_field(ignored)) << ignored;
}

TEST(EntityTagTest, ComparesWeaklyForNoneMatchAndStronglyForIfRange) {
  EXPECT_TRUE(none_match_names("*", "\"a\""));
  EXPECT_TRUE(none_match_names("\"b\", W/\"a\"", "\"a\""));
  EXPECT_TRUE(none_match_names("\"a\"", "W/\"a\""));
  for (const char* other : {"", "a", "\"a", "\"ab\"", "\"b\" x \"a\"", "W/"})
    EXPECT_FALSE(none_match_names(other, "\"a\"")) << other;
  EXPECT_TRUE(if_range_is("\"a\"", "\"a\""));
  EXPECT_FALSE(if_range_is("W/\"a\"", "\"a\""));
  EXPECT_FALSE(if_range_is("W/\"a\"", "W/\"a\""));
  EXPECT_FALSE(if_range_is("Sun, 22 Nov 2026 10:00:00 GMT", "\"a\""));
}

TEST(AcceptFieldTest, ChoosesTheFormThatIsLikedBest) {
  const auto format = [](const char* text) {
    const auto accepted = parse_accept_field(text);
    return accepted ? std::optional(accepted->format) : std::nullopt;
  };
  EXPECT_EQ(format(""), ContentFormat::native);
  EXPECT_EQ(format("*/*"), ContentFormat::native);
  EXPECT_EQ(format("text/html,application/xhtml+xml,*/*;q=0.8"), ContentFormat::native);
  EXPECT_EQ(format("application/vnd.ipld.raw"), ContentFormat::raw);
  EXPECT_EQ(format("Application/JSON"), ContentFormat::json);
  EXPECT_EQ(format("*/*;q=0.1, application/vnd.ipld.car;q=0.2"), ContentFormat::car);
  EXPECT_EQ(format("application/vnd.ipld.car;order=foo, application/vnd.ipld.raw;q=0.5"), ContentFormat::raw);
  EXPECT_EQ(format("application/vnd.ipld.raw;q=0, */*"), ContentFormat::native);
  EXPECT_EQ(parse_accept_field("application/vnd.ipld.car; version=1; order=dfs; dups=\"y\""),
            (AcceptedFormat{ContentFormat::car, true}));
  EXPECT_EQ(parse_accept_field("application/vnd.ipld.car;dups=n"),
            (AcceptedFormat{ContentFormat::car, false}));
  for (const char* refused : {"application/vnd.ipld.car;version=2", "application/x-tar",
                              "application/vnd.ipld.dag-json", "application/vnd.ipld.raw;q=0.000"})
    EXPECT_FALSE(format(refused)) << refused;
}

TEST(EntityBytesTest, CountsFromBothEnds) {
  const auto slice = [](const char* text, uint64_t bytes) {
    return parse_entity_bytes(text).value().of(bytes);
  };
  EXPECT_EQ(slice("0:*", 10), (ByteSlice{0, 10}));
  EXPECT_EQ(slice("-3:*", 10), (ByteSlice{7, 3}));
  EXPECT_EQ(slice("2:-3", 10), (ByteSlice{2, 6}));
  EXPECT_EQ(slice("-20:4", 10), (ByteSlice{0, 5}));
  EXPECT_EQ(slice("5:9223372036854775807", 10), (ByteSlice{5, 5}));
  EXPECT_EQ(slice("-9223372036854775808:0", 10), (ByteSlice{0, 1}));
  EXPECT_EQ(slice("5:4", 10).length, 0u);
  EXPECT_FALSE(parse_entity_bytes("5:4")->outside(10));
  EXPECT_TRUE(parse_entity_bytes("10:*")->outside(10));
  EXPECT_TRUE(parse_entity_bytes("-20:-15")->outside(10));
  for (const char* bad : {"", ":", "1", "*:1", "1:2:3", "a:b", "1:", "9223372036854775808:*"})
    EXPECT_FALSE(parse_entity_bytes(bad)) << bad;
}

TEST(UploadNameTest, IsTextThatLeadsNowhereElse) {
  EXPECT_EQ(parse_upload_name("a/b%2Fc%20%C3%A9").value(), "a/b/c é");
  EXPECT_TRUE(parse_upload_name(std::string(1024, 'a')));
  for (const std::string& bad :
       {std::string(), std::string(1025, 'a'), std::string("a//b"), std::string("/a"), std::string("a/"),
        std::string(".."), std::string("a/%2e%2e/b"), std::string("."), std::string("a%00"),
        std::string("a%0a"), std::string("%7f"), std::string("%C2%85"), std::string("%ff"),
        std::string("%C3"), std::string("%")}) {
    const auto name = parse_upload_name(bad);
    ASSERT_FALSE(name) << bad;
    EXPECT_EQ(name.error().status, 400u);
  }
}

TEST(ContentPathTest, TakesNamesApartBeforeItDecodesThem) {
  const std::string cid = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
  const auto path = parse_content_path(cid + "/a%20b/%FF/");
  ASSERT_TRUE(path) << path.error().why;
  EXPECT_EQ(path->root.text(), cid);
  EXPECT_EQ(path->segments, (std::vector<std::string>{"a b", "\xff"}));
  EXPECT_TRUE(path->trailing_slash);
  EXPECT_EQ(path->file_name(), "\xff");
  EXPECT_FALSE(parse_content_path(cid)->trailing_slash);
  std::string deep = cid;
  for (int i = 0; i < 257; ++i) deep += "/a";
  for (const std::string& bad :
       {std::string(), std::string("x"), cid + "x", "/" + cid, cid + "//", cid + "/a//b", cid + "/..",
        cid + "/%2e%2E/a", cid + "/a%2fb", cid + "/%00", cid + "/%", deep}) {
    const auto refused = parse_content_path(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().status, 400u);
  }
}

TEST(HtmlTextTest, ShowsHostileNamesAsTheyAre) {
  EXPECT_EQ(html_text("<script>'\"&"), "&lt;script&gt;&#39;&quot;&amp;");
  EXPECT_EQ(html_text("a\n\x7f\xff\xc2\x85"), "a\\x0a\\x7f\\xff\\xc2\\x85");
  EXPECT_EQ(html_text("\xe2\x80\xae"
                      "fdp.exe"),
            "\\xe2\\x80\\xaefdp.exe");
  EXPECT_EQ(html_text("é€"), "é€");
}

TEST(DispositionTest, SaysAnyNameInAscii) {
  EXPECT_EQ(disposition(true, ""), "attachment");
  EXPECT_EQ(disposition(true, "a.bin"), "attachment; filename=\"a.bin\"");
  EXPECT_EQ(disposition(false, "tést.pdf"), "inline; filename=\"t_st.pdf\"; filename*=UTF-8''t%C3%A9st.pdf");
  EXPECT_EQ(disposition(false, "a\"\r\nb\\"), "inline; filename=\"a___b_\"; filename*=UTF-8''a%22%0D%0Ab%5C");
  EXPECT_EQ(disposition(false, "\xff"), "inline; filename=\"_\"");
  EXPECT_EQ(disposition(false, "../etc"), "inline; filename=\".._etc\"; filename*=UTF-8''..%2Fetc");
}

TEST(MediaTypeTest, GoesByTheExtensionAlone) {
  EXPECT_EQ(media_type_of("a.HTML"), "text/html; charset=utf-8");
  EXPECT_EQ(media_type_of("a.tar.gz"), "application/gzip");
  for (const char* unknown : {"", "html", "a.", "a.nope", ".html.exe"})
    EXPECT_EQ(media_type_of(unknown), "application/octet-stream") << unknown;
}

TEST(UtcTimeTest, TakesDaysOfTheCalendarAlone) {
  EXPECT_EQ(parse_utc_time("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_utc_time("2028-02-29T23:59:59Z"), 1835481599);
  EXPECT_EQ(utc_time_text(1835481599), "2028-02-29T23:59:59Z");
  for (const char* bad :
       {"", "2027-02-29T00:00:00Z", "2027-01-01T24:00:00Z", "2027-13-01T00:00:00Z", "2027-01-01 00:00:00Z",
        "2027-01-01T00:00:00+", "1969-12-31T23:59:59Z", "2027-01-01T00:00:60Z", "2027-00-01T00:00:00Z"})
    EXPECT_FALSE(parse_utc_time(bad)) << bad;
}

TEST(GatewayRouteTest, KnowsPathsAndTheirMethods) {
  EXPECT_EQ(gateway_route("/objects/a"), GatewayRoute::objects);
  EXPECT_EQ(gateway_route("/ipfs/"), GatewayRoute::ipfs);
  EXPECT_EQ(gateway_route("/healthz"), GatewayRoute::healthz);
  for (const char* none : {"", "/", "/objects", "/ipfs", "/healthz/", "/v1/store/x", "//ipfs/x", "/ipfsx"})
    EXPECT_EQ(gateway_route(none), GatewayRoute::none) << none;
  EXPECT_TRUE(gateway_route_takes(GatewayRoute::ipfs, "HEAD"));
  EXPECT_FALSE(gateway_route_takes(GatewayRoute::ipfs, "PUT"));
  EXPECT_FALSE(gateway_route_takes(GatewayRoute::none, ""));
}

}  // namespace
}  // namespace penstock
