// SPDX-License-Identifier: Apache-2.0
#include "dag/directory_builder.h"
#include "unit/gateway/gateway_fixture.h"

namespace penstock {
namespace {

class GatewayDirectoryTest : public GatewayFixture {};

constexpr const char* kHostile = "<img src=x onerror=alert(1)>\"'&";

TEST_F(GatewayDirectoryTest, ListsEntriesAsPageAndAsJson) {
  ScriptedEntries entries;
  entries.directory("top")
      .file("a b.txt", ScriptedContent::of(bytes_of("text")))
      .file(kHostile, ScriptedContent::of({1}))
      .file("javascript:alert(1)", ScriptedContent::of({2}))
      .symlink("link", "/etc/passwd")
      .directory("sub")
      .end()
      .file("\xff\n", ScriptedContent::of({7}))
      .end();
  const Cid root = put(entries);
  const std::string path = "/ipfs/" + root.text();
  const Answered moved = get(path + "?x=1");
  EXPECT_EQ(moved.status, 301u);
  EXPECT_EQ(moved.field("location"), path + "/?x=1");
  const Answered page = get(path + "/");
  EXPECT_EQ(page.status, 200u);
  EXPECT_EQ(page.field("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.field("etag"), "\"DirIndex-1_CID-" + root.text() + "\"");
  EXPECT_THAT(page.body, testing::HasSubstr("href=\"./a%20b.txt\">a b.txt<"));
  EXPECT_THAT(page.body, testing::HasSubstr("href=\"./javascript%3Aalert%281%29\""));
  EXPECT_THAT(page.body, testing::HasSubstr("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;<"));
  EXPECT_THAT(page.body, testing::HasSubstr("href=\"./%FF%0A\">\\xff\\x0a<"));
  EXPECT_THAT(page.body, testing::Not(testing::HasSubstr("<img")));
  EXPECT_THAT(page.body, testing::Not(testing::HasSubstr("<script")));
  const Answered json = get(path, {{"accept", "application/json"}});
  EXPECT_EQ(json.status, 200u);
  EXPECT_EQ(json.field("content-location"), path + "?format=json");
  const auto listed = json.json();
  EXPECT_EQ(listed["cid"], root.text());
  ASSERT_EQ(listed["entries"].size(), 6u);
  EXPECT_EQ(listed["entries"][1]["name"], "a b.txt");
  EXPECT_EQ(listed["entries"][1]["dag_bytes"], 4);
  EXPECT_EQ(listed["entries"][5]["name_bytes"], "ff0a");
  EXPECT_EQ(get(path + "/?format=json").json(), get(path + "/?format=json").json());
  EXPECT_EQ(get(path + "/", {{"if-none-match", page.field("etag")}}).status, 304u);
  EXPECT_EQ(ask(authorized("HEAD", path + "/")).status, 200u);
}

TEST_F(GatewayDirectoryTest, LeadsAlongPathsAndIntoSymlinksNever) {
  ScriptedEntries entries;
  entries.directory("top")
      .directory("sub")
      .file("deep.json", ScriptedContent::of(bytes_of("{}")))
      .symlink("up", "../other")
      .end()
      .end();
  const std::string path = "/ipfs/" + put(entries).text();
  const Answered file = get(path + "/sub/deep.json");
  EXPECT_EQ(file.body, "{}");
  EXPECT_EQ(file.field("content-type"), "application/json");
  EXPECT_EQ(file.field("x-ipfs-path"), path + "/sub/deep.json");
  EXPECT_EQ(std::ranges::count(file.field("x-ipfs-roots"), ','), 2);
  const Answered link = get(path + "/sub/up");
  EXPECT_EQ(link.status, 200u);
  EXPECT_EQ(link.body, "../other");
  EXPECT_EQ(link.field("content-type"), "inode/symlink");
  EXPECT_EQ(get(path + "/sub/up/further").status, 404u);
  EXPECT_EQ(get(path + "/sub/none").status, 404u);
  EXPECT_THAT(get(path + "/sub/none").json()["error"], testing::Eq("'none'"));
  EXPECT_EQ(get(path + "/sub/deep.json/").status, 404u);
  EXPECT_THAT(get(path + "/sub/").body, testing::HasSubstr("href=\"../\""));
}

TEST_F(GatewayDirectoryTest, GivesAnIndexPageInItsOwnOrigin) {
  ScriptedEntries entries;
  entries.directory("top")
      .file("index.html", ScriptedContent::of(bytes_of("<script>steal()</script>")))
      .file("z", ScriptedContent::of({1}))
      .directory("odd")
      .directory("index.html")
      .end()
      .end()
      .end();
  const std::string path = "/ipfs/" + put(entries).text();
  const Answered index = get(path + "/");
  EXPECT_EQ(index.body, "<script>steal()</script>");
  EXPECT_EQ(index.field("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(index.field("content-security-policy"), testing::StartsWith("sandbox; "));
  EXPECT_THAT(index.field("content-security-policy"), testing::Not(testing::HasSubstr("allow-scripts")));
  EXPECT_EQ(get(path + "/?format=json").json()["entries"].size(), 3u);
  EXPECT_THAT(get(path + "/odd/").body, testing::HasSubstr("index.html"));
}

TEST_F(GatewayDirectoryTest, ListsSharded) {
  ScriptedEntries entries;
  entries.directory("top");
  for (int i = 0; i < 6000; ++i)
    entries.file("a name of some length, number " + std::to_string(100'000 + i), ScriptedContent::of({1}));
  entries.end();
  const std::string path = "/ipfs/" + put(entries).text();
  EXPECT_EQ(get(path + "?format=json").json()["entries"].size(), 6000u);
  EXPECT_EQ(get(path + "/a%20name%20of%20some%20length,%20number%20104567").body, "\x01");
}

TEST_F(GatewayDirectoryTest, HoldsFewLongListingsAtOnce) {
  options_.limits.listings_max = 1;
  start();
  ScriptedEntries entries;
  entries.directory("top");
  for (int i = 0; i < 30'000; ++i) entries.file(std::to_string(i), ScriptedContent::of({1}));
  entries.end();
  const std::string path = "/ipfs/" + put(entries).text() + "?format=json";
  auto first = service_->begin(authorized("GET", path), {}, 700);
  wait_for(700);
  const Answered second = get(path);
  EXPECT_EQ(second.status, 503u);
  EXPECT_EQ(finish(*first, 700).json()["entries"].size(), 30'000u);
}

TEST_F(GatewayDirectoryTest, RefusesToListWhatWouldNotFitInMemory) {
  const auto huge = [](BlockSink& sink) {
    DirectoryBuilder builder(sink);
    const DagLink leaf{cid_of(Multicodec::raw, as_bytes("leaf")), 4, 4};
    EXPECT_TRUE(sink.put(leaf.cid, as_bytes("leaf")));
    const std::string longer(3000, 'x');
    for (int i = 0; i < 12'000; ++i) EXPECT_TRUE(builder.add(std::to_string(i) + longer, leaf));
    return builder.finish()->cid;
  };
  const std::string path = "/ipfs/" + put_blocks(huge).text();
  EXPECT_EQ(get(path + "/").status, 501u);
  EXPECT_EQ(get(path + "?format=json").status, 501u);
  const Answered car = get(path + "?format=car&dag-scope=entity");
  EXPECT_EQ(car.status, 200u);
  EXPECT_GT(car.body.size(), 36'000'000u);
}

}  // namespace
}  // namespace penstock
