// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>

#include "dag/dag_pb.h"
#include "dag/directory_builder.h"
#include "dag/file_builder.h"
#include "dag/unixfs.h"
#include "pipeline/committing.h"
#include "unit/gateway/gateway_fixture.h"

namespace penstock {
namespace {

class GatewayContentTest : public GatewayFixture {
 protected:
  // Turns a bit of the only place in the store's segments where these bytes lie.
  void damage(const std::vector<uint8_t>& around) {
    for (const auto& entry : std::filesystem::directory_iterator(store_path() + "/segments")) {
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      const std::string all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      const size_t at = all.find(text_of(around));
      if (at == std::string::npos) continue;
      file.clear();
      file.seekp(static_cast<std::streamoff>(at));
      file.put(static_cast<char>(all[at] ^ 1));
      return;
    }
    FAIL() << "not in the store";
  }
  static std::vector<uint8_t> part(const std::vector<uint8_t>& bytes, size_t offset, size_t length) {
    return {bytes.begin() + static_cast<long>(offset), bytes.begin() + static_cast<long>(offset + length)};
  }
};

TEST_F(GatewayContentTest, GivesFilesOfManySizesAsTheyWentIn) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{70'000}, size_t{262'144}, size_t{5'000'000}}) {
    const std::vector<uint8_t> bytes = random_bytes(size, size + 1);
    const Cid cid = put_file(bytes);
    const Answered answered = get("/ipfs/" + cid.text());
    EXPECT_EQ(answered.status, 200u);
    EXPECT_EQ(answered.content_bytes, size);
    EXPECT_EQ(answered.body, text_of(bytes));
    EXPECT_FALSE(answered.broken);
    EXPECT_EQ(answered.field("etag"), "\"" + cid.text() + "\"");
    EXPECT_EQ(answered.field("content-type"), "application/octet-stream");
    EXPECT_EQ(answered.field("x-ipfs-roots"), cid.text());
    EXPECT_EQ(answered.field("x-ipfs-path"), "/ipfs/" + cid.text());
    EXPECT_EQ(answered.field("x-content-type-options"), "nosniff");
    EXPECT_THAT(answered.field("content-security-policy"), testing::StartsWith("sandbox;"));
    EXPECT_THAT(answered.field("cache-control"), testing::HasSubstr("private"));
  }
}

TEST_F(GatewayContentTest, GivesHolesAsZeros) {
  ScriptedContent content;
  content.stretches = {{random_bytes(90'000, 1), 0}, {{}, 9'000'000}, {random_bytes(70'000, 2), 0}};
  ScriptedEntries entries;
  entries.file("a", content);
  const std::string path = "/ipfs/" + put(entries).text();
  std::string expected = text_of(random_bytes(90'000, 1));
  expected.resize(9'090'000);
  expected += text_of(random_bytes(70'000, 2));
  EXPECT_EQ(get(path).body, expected);
  const Answered range = get(path, {{"range", "bytes=89990-90009"}});
  EXPECT_EQ(range.status, 206u);
  EXPECT_EQ(range.body, expected.substr(89'990, 20));
}

TEST_F(GatewayContentTest, AnswersExabytesOfZerosAPartAtATime) {
  ScriptedContent content;
  content.stretches = {{{}, uint64_t{1} << 60}};
  ScriptedEntries entries;
  entries.file("a", content);
  const std::string path = "/ipfs/" + put(entries).text();
  const Answered range = get(path, {{"range", "bytes=-5"}});
  EXPECT_EQ(range.status, 206u);
  EXPECT_EQ(range.body, std::string(5, '\0'));
  EXPECT_EQ(range.field("content-range"),
            "bytes 1152921504606846971-1152921504606846975/1152921504606846976");
  // And whoever asks for all of it and goes away costs no more than a buffer.
  const auto exchange = service_->begin(authorized("GET", path), {}, 1000);
  wait_for(1000);
  std::vector<uint8_t> some(100'000, 1);
  EXPECT_EQ(exchange->response()->content_bytes, uint64_t{1} << 60);
  EXPECT_EQ(exchange->read_body(some).state, BodyRead::State::more);
  EXPECT_TRUE(all_zero(some));
}

TEST_F(GatewayContentTest, AnswersRangesConditionsAndHeads) {
  const std::vector<uint8_t> bytes = random_bytes(1'000'000, 3);
  const Cid cid = put_file(bytes);
  const std::string path = "/ipfs/" + cid.text();
  const std::string tag = "\"" + cid.text() + "\"";
  const Answered range = get(path, {{"range", "bytes=500000-500099"}, {"if-range", tag}});
  EXPECT_EQ(range.status, 206u);
  EXPECT_EQ(range.body, text_of(part(bytes, 500'000, 100)));
  EXPECT_EQ(range.field("content-range"), "bytes 500000-500099/1000000");
  EXPECT_EQ(get(path, {{"range", "bytes=0-1"}, {"if-range", "\"other\""}}).status, 200u);
  EXPECT_EQ(get(path, {{"range", "bytes=0-1,4-5"}}).status, 200u);
  const Answered outside = get(path, {{"range", "bytes=1000000-"}});
  EXPECT_EQ(outside.status, 416u);
  EXPECT_EQ(outside.field("content-range"), "bytes */1000000");
  const Answered unchanged = get(path, {{"if-none-match", "\"x\", " + tag}});
  EXPECT_EQ(unchanged.status, 304u);
  EXPECT_EQ(unchanged.body, "");
  EXPECT_EQ(unchanged.field("etag"), tag);
  const Answered head = ask(authorized("HEAD", path));
  EXPECT_EQ(head.status, 200u);
  EXPECT_EQ(head.content_bytes, 1'000'000u);
  EXPECT_EQ(head.field("accept-ranges"), "bytes");
}

TEST_F(GatewayContentTest, GivesRawBlocksAndNamesToSaveThemUnder) {
  const std::vector<uint8_t> bytes = random_bytes(2'000'000, 4);
  const Cid cid = put_file(bytes);
  ASSERT_EQ(cid.codec, Multicodec::dag_pb);
  const std::string path = "/ipfs/" + cid.text();
  const Answered raw = get(path + "?format=raw");
  EXPECT_EQ(raw.status, 200u);
  EXPECT_EQ(cid_of(cid.codec, as_bytes(raw.body)), cid);
  EXPECT_EQ(raw.field("content-type"), "application/vnd.ipld.raw");
  EXPECT_EQ(raw.field("etag"), "\"" + cid.text() + ".raw\"");
  EXPECT_EQ(raw.field("content-disposition"), "attachment; filename=\"" + cid.text() + ".bin\"");
  EXPECT_EQ(raw.field("content-location"), "");
  const Answered accepted =
      get(path + "?x=1", {{"accept", "application/vnd.ipld.raw"}, {"range", "bytes=2-4"}});
  EXPECT_EQ(accepted.status, 206u);
  EXPECT_EQ(accepted.body, raw.body.substr(2, 3));
  EXPECT_EQ(accepted.field("content-location"), path + "?x=1&format=raw");
  const Answered named = get(path + "?filename=a%22b.html&download=true");
  EXPECT_EQ(named.field("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(named.field("content-disposition"),
            "attachment; filename=\"a_b.html\"; filename*=UTF-8''a%22b.html");
  EXPECT_EQ(get(path, {{"accept", "application/json"}}).body, text_of(bytes));
  // Several lines of a list are one list.
  EXPECT_EQ(get(path, {{"accept", "text/html;q=0.5"}, {"accept", "application/vnd.ipld.raw"}}).field("etag"),
            raw.field("etag"));
  EXPECT_EQ(
      get(path + "?format=raw", {{"if-none-match", "\"x\""}, {"if-none-match", raw.field("etag")}}).status,
      304u);
  EXPECT_EQ(get(path + "?format=json").status, 406u);
  EXPECT_EQ(get(path + "?format=dag-cbor").status, 406u);
}

TEST_F(GatewayContentTest, RefusesMalformedRequestsByName) {
  const std::string path = "/ipfs/" + put_file({1, 2, 3}).text();
  for (const std::string& bad :
       {std::string("/ipfs/"), std::string("/ipfs/nonsense"), path + "/..", path + "//a", path + "/%",
        path + "/%2f", path + "?format=raw&format=car", path + "?%zz", path + "?format=car&dag-scope=some",
        path + "?format=car&entity-bytes=x", path + "?format=car&car-dups=2"}) {
    const Answered answered = get(bad);
    EXPECT_EQ(answered.status, 400u) << bad;
    EXPECT_NE(answered.json()["why"], "") << bad;
    EXPECT_EQ(answered.field("content-type"), "application/json");
  }
  for (const std::string& other : {std::string("?format=tar"), std::string("?format=car&car-version=2"),
                                   std::string("?format=car&car-order=bfs")})
    EXPECT_EQ(get(path + other).status, 406u) << other;
  EXPECT_EQ(get(path, {{"accept", "application/x-tar"}}).status, 406u);
  EXPECT_EQ(get(path, {{"service-worker", "script"}}).status, 400u);
  HttpRequest controls = authorized("GET", path);
  controls.path += "/a\r\nset-cookie: x";
  EXPECT_EQ(ask(controls).status, 400u);
}

TEST_F(GatewayContentTest, SaysWhatIsNotThere) {
  const Cid absent = cid_of(Multicodec::raw, as_bytes("never put"));
  const std::string path = "/ipfs/" + absent.text();
  for (const char* form : {"", "?format=raw", "?format=car"})
    EXPECT_EQ(get(path + form).status, 404u) << form;
  EXPECT_EQ(get(path, {{"cache-control", "only-if-cached"}}).status, 412u);
  const Cid file = put_file({1});
  EXPECT_EQ(get("/ipfs/" + file.text() + "/name").status, 404u);
}

TEST_F(GatewayContentTest, MakesDamageKnownBeforeTheHeadAndBreaksOffBehindIt) {
  const std::vector<uint8_t> bytes = random_bytes(6'000'000, 5);
  const Cid cid = put_file(bytes);
  damage(part(bytes, 4'000'000, 64));
  const Answered late = get("/ipfs/" + cid.text());
  EXPECT_EQ(late.status, 200u);
  EXPECT_TRUE(late.broken);
  EXPECT_LE(late.body.size(), 4'000'000u);
  EXPECT_EQ(late.body, text_of(part(bytes, 0, late.body.size())));
  EXPECT_EQ(reported_.size(), 1u);
  const Answered early = get("/ipfs/" + cid.text(), {{"range", "bytes=4000000-"}});
  EXPECT_EQ(early.status, 500u);
  EXPECT_FALSE(early.broken);
  EXPECT_EQ(reported_.size(), 2u);
  EXPECT_EQ(early.json()["why"], "is damaged");
  EXPECT_THAT(early.body, testing::Not(testing::HasSubstr("segment"))) << "places are the operator's alone";
  EXPECT_EQ(early.field("etag"), "");
  EXPECT_EQ(get("/ipfs/" + cid.text(), {{"range", "bytes=0-99"}}).status, 206u);
}

TEST_F(GatewayContentTest, BelievesNoBlockThatLiesAboutItsParts) {
  const auto lying = [&](BlockSink& sink) {
    std::vector<uint8_t> block;
    const Cid leaf = cid_of(Multicodec::raw, as_bytes("four"));
    EXPECT_TRUE(sink.put(leaf, as_bytes("four")));
    append_pb_link(block, leaf, "", 4);
    UnixfsData data;
    data.file_bytes = 1000;
    data.block_bytes = {1000};
    append_pb_data(block, encode_unixfs(data));
    const Cid cid = cid_of(Multicodec::dag_pb, block);
    EXPECT_TRUE(sink.put(cid, block));
    return cid;
  };
  const Answered answered = get("/ipfs/" + put_blocks(lying).text());
  EXPECT_EQ(answered.status, 500u);
  const auto missing = [&](BlockSink& sink) {
    DirectoryBuilder builder(sink);
    EXPECT_TRUE(builder.add("gone", {cid_of(Multicodec::dag_pb, as_bytes("gone")), 0, 4}));
    return builder.finish()->cid;
  };
  const std::string directory = "/ipfs/" + put_blocks(missing).text();
  EXPECT_EQ(get(directory + "/").status, 200u);
  EXPECT_EQ(get(directory + "/gone").status, 500u) << "it belongs to an object that is here: damage";
  EXPECT_EQ(get(directory + "/gone/a").status, 500u);
}

TEST_F(GatewayContentTest, WalksCommitsAlongTheirFields) {
  ScriptedEntries entries;
  entries.directory("top").file("a.txt", ScriptedContent::of(bytes_of("hello"))).end();
  const auto device = make_software_device({});
  StoreFrameSink sink(*store_);
  PutOptions options;
  options.threads = 1;
  options.codec = {CodecId::lz4, 1};
  const auto report = put_entries(entries, *device, sink, options);
  ASSERT_TRUE(report);
  const auto commit = commit_put(*store_, *report, options, {"name", "host", {"top"}, "default", 1});
  ASSERT_TRUE(commit) << commit.error().message();
  const std::string path = "/ipfs/" + commit->text();
  const Answered file = get(path + "/root/a.txt");
  EXPECT_EQ(file.body, "hello");
  EXPECT_EQ(file.field("content-type"), "text/plain; charset=utf-8");
  EXPECT_THAT(file.field("x-ipfs-roots"),
              testing::StartsWith(commit->text() + "," + report->root.cid.text() + ","));
  EXPECT_EQ(get(path).field("content-type"), "application/vnd.ipld.dag-cbor");
  EXPECT_EQ(get(path + "?format=dag-cbor").body, get(path + "?format=raw").body);
  EXPECT_EQ(get(path + "/sizes/files").status, 501u);
  EXPECT_EQ(get(path + "/nothing").status, 404u);
  EXPECT_EQ(get(path + "/parents/7").status, 404u);
  // Genesis is in no store, and yet part of every history.
  EXPECT_EQ(get(path + "/parents/0?format=raw").status, 200u);
  EXPECT_EQ(get(path + "/parents/0/root/").status, 200u);
}

TEST_F(GatewayContentTest, AnswersTheProbeOfTrustlessClients) {
  const Answered raw = get("/ipfs/bafkqaaa?format=raw");
  EXPECT_EQ(raw.status, 200u);
  EXPECT_EQ(raw.body, "");
  const Answered car = get("/ipfs/bafkqaaa", {{"accept", "application/vnd.ipld.car"}});
  EXPECT_EQ(car.status, 200u);
  EXPECT_EQ(car.body.size(), 26u);
  EXPECT_EQ(car.body[0], 25);
}

TEST_F(GatewayContentTest, TakesNoMoreAnswersThanItHasPlacesFor) {
  options_.limits.reads_max = 2;
  start();
  const std::string path = "/ipfs/" + put_file(random_bytes(3'000'000, 6)).text();
  auto first = service_->begin(authorized("GET", path), {}, 901);
  auto second = service_->begin(authorized("GET", path), {}, 902);
  const Answered third = get(path);
  EXPECT_EQ(third.status, 503u);
  EXPECT_EQ(third.field("retry-after"), "2");
  EXPECT_EQ(finish(*first, 901).body.size(), 3'000'000u);
  EXPECT_EQ(finish(*second, 902).body.size(), 3'000'000u);
  first.reset();
  second.reset();
  Answered again = get(path);
  // A reader may still hold what was given up.
  while (again.status == 503) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    again = get(path);
  }
  EXPECT_EQ(again.status, 200u);
}

TEST_F(GatewayContentTest, ServesManyAtOnceAndForgetsThoseThatLeave) {
  const std::vector<uint8_t> bytes = random_bytes(1'500'000, 7);
  const std::string path = "/ipfs/" + put_file(bytes).text();
  std::vector<std::unique_ptr<HttpExchange>> exchanges;
  for (uint64_t id = 500; id < 560; ++id)
    exchanges.push_back(service_->begin(authorized("GET", path), {}, id));
  for (size_t i = 0; i < exchanges.size(); i += 2) exchanges[i].reset();
  for (size_t i = 1; i < exchanges.size(); i += 2) {
    const Answered answered = finish(*exchanges[i], 500 + i, false, 10'000 + 7 * i);
    EXPECT_EQ(answered.body, text_of(bytes));
  }
}

}  // namespace
}  // namespace penstock
