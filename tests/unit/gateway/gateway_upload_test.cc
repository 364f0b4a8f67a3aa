// SPDX-License-Identifier: Apache-2.0
#include "unit/gateway/gateway_fixture.h"

namespace penstock {
namespace {

class GatewayUploadTest : public GatewayFixture {
 protected:
  HttpRequest upload(const std::string& name, std::optional<uint64_t> bytes = {}) {
    HttpRequest asked = authorized("PUT", "/objects/" + name, "appender");
    asked.has_body = true;
    asked.content_bytes = bytes;
    return asked;
  }
  std::unique_ptr<HttpExchange> begin(const HttpRequest& asked) {
    return service_->begin(asked, {}, ++last_id_);
  }
  static size_t send(HttpExchange& exchange, std::string_view text) {
    return exchange.take_body(as_bytes(text));
  }
};

const Cid kCid = cid_of(Multicodec::raw, as_bytes("content"));
const Cid kCommit = cid_of(Multicodec::dag_cbor, as_bytes("commit"));

TEST_F(GatewayUploadTest, AnswersWhenTheDoorSaysThatItIsDurable) {
  const auto exchange = begin(upload("a%20b/c", 7));
  EXPECT_EQ(send(*exchange, "con"), 3u);
  EXPECT_EQ(send(*exchange, "tent"), 4u);
  exchange->end_body();
  EXPECT_EQ(exchange->response(), nullptr);
  EXPECT_EQ(door_->uploads.at(1).name, "a b/c");
  EXPECT_EQ(door_->uploads.at(1).bytes, "content");
  EXPECT_TRUE(door_->uploads.at(1).finished);
  std::vector<uint64_t> ready;
  service_->poll(ready);
  EXPECT_TRUE(ready.empty());
  door_->end(1, StoredUpload{kCid, kCommit, 7});
  const Answered answered = finish(*exchange, last_id_);
  EXPECT_EQ(answered.status, 201u);
  EXPECT_EQ(answered.field("location"), "/ipfs/" + kCid.text());
  EXPECT_EQ(answered.json(),
            (nlohmann::json{{"cid", kCid.text()}, {"commit", kCommit.text()}, {"bytes", 7}}));
  EXPECT_FALSE(exchange->refuses_body());
}

TEST_F(GatewayUploadTest, TakesBodiesOfPiecesOfWhoMayReadToo) {
  options_.limits.object_bytes_max = 1000;
  start();
  HttpRequest asked = upload("a");
  asked.fields.push_back({"content-type", "Application/vnd.Penstock.pieces; charset=utf-8"});
  EXPECT_EQ(ask(asked).status, 403u);
  EXPECT_TRUE(door_->uploads.empty());
  asked = authorized("PUT", "/objects/a", "everything");
  asked.has_body = true;
  asked.fields.push_back({"content-type", "application/vnd.penstock.pieces"});
  const auto exchange = begin(asked);
  EXPECT_EQ(door_->uploads.at(1).kind, UploadKind::pieces);
  EXPECT_EQ(door_->uploads.at(1).content_bytes_max, 1000u);
  // What it refers to has gone meanwhile.
  door_->end(1, fail(Errc::absent, "the upload", "refers to a block that is not here"));
  EXPECT_EQ(finish(*exchange, last_id_).status, 409u);
  asked.fields.back().value = "application/vnd.penstock.pieces2";
  begin(asked);
  EXPECT_EQ(door_->uploads.at(2).kind, UploadKind::file);
}

TEST_F(GatewayUploadTest, HoldsTheSenderBackWhileTheDoorIsFull) {
  const auto exchange = begin(upload("a"));
  door_->room = 4;
  EXPECT_EQ(send(*exchange, "content"), 4u);
  EXPECT_EQ(send(*exchange, "ent"), 0u);
  door_->make_room(1, 100);
  wait_for(last_id_);
  EXPECT_EQ(send(*exchange, "ent"), 3u);
  EXPECT_EQ(door_->uploads.at(1).bytes, "content");
}

TEST_F(GatewayUploadTest, TakesUploadsBackThatAreGivenUp) {
  begin(upload("a")).reset();
  EXPECT_TRUE(door_->uploads.at(1).dropped);
  // A result that comes too late finds nobody.
  door_->end(1, StoredUpload{kCid, kCommit, 7});
  std::vector<uint64_t> ready;
  service_->poll(ready);
  EXPECT_TRUE(ready.empty());
}

TEST_F(GatewayUploadTest, RefusesWhatIsTooLargeBeforeOrWhileItComes) {
  options_.limits.object_bytes_max = 10;
  start();
  EXPECT_EQ(ask(upload("a", 11)).status, 413u);
  EXPECT_EQ(door_->last, 0u);
  const auto exchange = begin(upload("a"));
  EXPECT_EQ(send(*exchange, "0123456789"), 10u);
  EXPECT_EQ(send(*exchange, "x"), 1u);
  EXPECT_TRUE(exchange->refuses_body());
  EXPECT_TRUE(door_->uploads.at(1).dropped);
  EXPECT_EQ(door_->uploads.at(1).bytes.size(), 10u);
  EXPECT_EQ(finish(*exchange, last_id_).status, 413u);
  EXPECT_EQ(send(*exchange, "what comes later is forgotten"), 29u);
  exchange->end_body();
  EXPECT_FALSE(door_->uploads.at(1).finished);
}

TEST_F(GatewayUploadTest, StoresNothingThatIsNotAsLongAsItSaid) {
  const auto shorter = begin(upload("a", 7));
  EXPECT_EQ(send(*shorter, "con"), 3u);
  shorter->end_body();
  EXPECT_EQ(finish(*shorter, last_id_).status, 400u);
  EXPECT_TRUE(door_->uploads.at(1).dropped);
  const auto longer = begin(upload("a", 2));
  EXPECT_EQ(send(*longer, "con"), 3u);
  EXPECT_EQ(finish(*longer, last_id_).status, 400u);
  EXPECT_TRUE(door_->uploads.at(2).dropped);
}

TEST_F(GatewayUploadTest, TellsTheOperatorAloneWhyTheStoreFailed) {
  const auto exchange = begin(upload("a"));
  EXPECT_EQ(send(*exchange, "con"), 3u);
  door_->end(1, Result<StoredUpload>(fail(Errc::failed, "/secret/segments", "no space left on device")));
  const Answered answered = finish(*exchange, last_id_);
  EXPECT_EQ(answered.status, 500u);
  EXPECT_THAT(answered.body, testing::Not(testing::HasSubstr("secret")));
  EXPECT_TRUE(exchange->refuses_body());
  ASSERT_EQ(reported_.size(), 1u);
  EXPECT_THAT(reported_[0], testing::HasSubstr("/secret/segments"));
  door_->verdict = UploadAdmission::Verdict::failed;
  EXPECT_EQ(ask(upload("b")).status, 503u);
  EXPECT_EQ(reported_.size(), 2u);
  door_->verdict = UploadAdmission::Verdict::too_many;
  EXPECT_EQ(ask(upload("b")).status, 503u);
}

TEST_F(GatewayUploadTest, BoundsUploadsOfEachAndOfAll) {
  add_token("other", {.append = true});
  ASSERT_TRUE(access_->reload());
  options_.limits.uploads_per_caller_max = 2;
  options_.limits.uploads_max = 3;
  start();
  auto first = begin(upload("a"));
  const auto second = begin(upload("b"));
  EXPECT_EQ(ask(upload("c")).status, 429u);
  HttpRequest others = upload("d");
  others.fields[0].value = "Bearer " + tokens_["other"];
  const auto third = begin(others);
  EXPECT_EQ(third->response(), nullptr);
  EXPECT_EQ(ask(others).status, 503u);
  first.reset();
  EXPECT_EQ(begin(upload("c"))->response(), nullptr);
}

TEST_F(GatewayUploadTest, DrainsByLettingInNothingNew) {
  const auto exchange = begin(upload("a"));
  const uint64_t id = last_id_;
  service_->drain();
  EXPECT_EQ(ask(upload("b")).status, 503u);
  EXPECT_EQ(get("/v1/store").status, 503u);
  EXPECT_EQ(get("/healthz").status, 503u);
  exchange->end_body();
  door_->end(1, StoredUpload{kCid, kCommit, 0});
  EXPECT_EQ(finish(*exchange, id).status, 201u);
}

TEST_F(GatewayUploadTest, RefusesNamesThatAreNone) {
  for (const char* bad : {"", "..", "a//b", "%00", "%ff", "a/"}) {
    const Answered answered = ask(upload(bad));
    EXPECT_EQ(answered.status, 400u) << bad;
    EXPECT_EQ(answered.json()["error"], "the object's name") << bad;
  }
  EXPECT_EQ(door_->last, 0u);
}

}  // namespace
}  // namespace penstock
