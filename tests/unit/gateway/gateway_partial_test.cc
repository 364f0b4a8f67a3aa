// SPDX-License-Identifier: Apache-2.0
#include "gateway/upload_fields.h"
#include "intake/intake.h"
#include "unit/gateway/gateway_fixture.h"

namespace penstock {
namespace {

// The service over a real intake, stopped and started again as a server is.
class GatewayPartialTest : public GatewayFixture {
 protected:
  void SetUp() override {
    GatewayFixture::SetUp();
    add_token("other", {.append = true});
    ASSERT_TRUE(access_->reload());
    begin_intake();
  }
  void TearDown() override {
    end_intake();
    GatewayFixture::TearDown();
  }

  void begin_intake() {
    IntakeOptions options;
    options.put.threads = 1;
    options.put.codec = {CodecId::lz4, 1};
    options.workers_max = 2;
    options.partials.emplace();
    intake_ = std::move(*Intake::create(*store_, dispatcher_, std::move(options)));
    parts_.partials = intake_->partials();
    service_.reset();
    service_ = make_service();
    intake_->run();
  }
  void end_intake() {
    if (intake_ == nullptr) return;
    other_.reset();
    service_.reset();
    intake_->finish();
    intake_.reset();
  }
  std::unique_ptr<GatewayService> make_service() {
    const auto wake = [this] {
      const std::lock_guard lock(mutex_);
      woken_ = true;
      changed_.notify_all();
    };
    return std::make_unique<GatewayService>(options_, parts_, intake_->open_feed(wake), wake);
  }

  HttpRequest put(std::vector<HttpField> fields, const std::string& who = "appender") {
    HttpRequest asked = authorized("PUT", "/objects/a%20b", who);
    asked.fields.insert(asked.fields.end(), fields.begin(), fields.end());
    asked.has_body = true;
    return asked;
  }
  HttpRequest patch(const std::string& place, uint64_t offset, bool complete,
                    const std::string& who = "appender") {
    HttpRequest asked = authorized("PATCH", place, who);
    asked.fields.push_back({"content-type", "application/partial-upload"});
    asked.fields.push_back({"upload-offset", std::to_string(offset)});
    asked.fields.push_back({"upload-complete", complete ? "?1" : "?0"});
    asked.has_body = true;
    return asked;
  }
  // The whole of a request with a body.
  Answered send(const HttpRequest& asked, Bytes body) {
    const uint64_t id = ++last_id_;
    const auto exchange = service_->begin(asked, {}, id);
    push(*exchange, id, body);
    if (exchange->response() == nullptr || !exchange->refuses_body()) exchange->end_body();
    return finish(*exchange, id);
  }
  void push(HttpExchange& exchange, uint64_t id, Bytes body) {
    while (!body.empty() && !HasFailure()) {
      const size_t taken = exchange.take_body(body);
      body = body.subspan(taken);
      if (!body.empty()) wait_for(id);
    }
  }
  std::string create() {
    const Answered created = send(put({{"upload-complete", "?0"}}), {});
    EXPECT_EQ(created.status, 201u);
    return created.field("location");
  }
  Answered head(const std::string& place, const std::string& who = "appender") {
    return ask(authorized("HEAD", place, who));
  }
  // Until nobody has it.
  Answered settled_head(const std::string& place) {
    for (;;) {
      const Answered answered = head(place);
      if (answered.status != 503 || HasFailure()) return answered;
      EXPECT_EQ(answered.field("retry-after"), "1");
      std::vector<uint64_t> ready;
      service_->poll(ready);
    }
  }

  std::unique_ptr<Device> device_ = make_software_device({});
  Dispatcher dispatcher_{{device_.get()}, *device_, {}};
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<GatewayService> other_;
};

TEST_F(GatewayPartialTest, TakesAnObjectInParts) {
  const std::vector<uint8_t> bytes = random_bytes(900'000, 1);
  const Answered created =
      send(put({{"upload-complete", "?0"}, {"upload-length", "900000"}}), Bytes(bytes).first(1000));
  ASSERT_EQ(created.status, 201u);
  const std::string place = created.field("location");
  EXPECT_TRUE(place.starts_with("/uploads/"));
  EXPECT_EQ(created.field("upload-offset"), "1000");
  EXPECT_EQ(created.field("upload-complete"), "?0");
  EXPECT_THAT(created.field("upload-limit"), testing::HasSubstr("max-age=86400"));
  const Answered second = send(patch(place, 1000, false), Bytes(bytes).subspan(1000, 500'000));
  EXPECT_EQ(second.status, 204u);
  EXPECT_EQ(second.field("upload-offset"), "501000");
  const Answered state = head(place);
  EXPECT_EQ(state.status, 204u);
  EXPECT_EQ(state.field("upload-offset"), "501000");
  EXPECT_EQ(state.field("upload-complete"), "?0");
  EXPECT_EQ(state.field("upload-length"), "900000");
  EXPECT_EQ(state.field("cache-control"), "no-store");
  const Answered last = send(patch(place, 501'000, true), Bytes(bytes).subspan(501'000));
  ASSERT_EQ(last.status, 201u) << last.body;
  EXPECT_EQ(last.json()["bytes"], 900'000);
  // Its answer may have been lost.
  const Answered again = send(patch(place, 501'000, true), Bytes(bytes).subspan(501'000));
  EXPECT_EQ(again.status, 201u);
  EXPECT_EQ(again.body, last.body);
  EXPECT_EQ(head(place).field("upload-complete"), "?1");
  EXPECT_EQ(send(patch(place, 900'000, false), {}).status, 400u);
  end_intake();
  EXPECT_EQ(last.json()["cid"], put_file(bytes).text());
}

TEST_F(GatewayPartialTest, SaysWhereToGoOnWhereTheOffsetIsAnother) {
  const std::string place = create();
  const Answered answered = send(patch(place, 7, true), as_bytes("more"));
  EXPECT_EQ(answered.status, 409u);
  EXPECT_EQ(answered.field("upload-offset"), "0");
  EXPECT_EQ(answered.field("content-type"), "application/problem+json");
  EXPECT_EQ(answered.json()["expected-offset"], 0);
  EXPECT_EQ(answered.json()["provided-offset"], 7);
}

TEST_F(GatewayPartialTest, RefusesPartsThatDoNotSayWhatTheyAre) {
  const std::string place = create();
  HttpRequest asked = patch(place, 0, true);
  asked.fields[1].value = "text/plain";
  EXPECT_EQ(send(asked, {}).status, 415u);
  asked = patch(place, 0, true);
  asked.fields.pop_back();
  EXPECT_EQ(send(asked, {}).status, 400u);
  asked = patch(place, 0, true);
  asked.fields[2].value = "-1";
  EXPECT_EQ(send(asked, {}).status, 400u);
  EXPECT_EQ(send(put({{"upload-complete", "yes"}}), {}).status, 400u);
  EXPECT_EQ(send(put({{"upload-complete", "?0"}, {"upload-complete", "?0"}}), {}).status, 400u);
  asked = put({{"upload-complete", "?0"}, {"upload-length", "10"}});
  EXPECT_EQ(send(asked, as_bytes("more than ten")).status, 400u);
  asked.fields.back().value = std::to_string(options_.limits.object_bytes_max + 1);
  EXPECT_EQ(send(asked, {}).status, 413u);
  EXPECT_EQ(head(place).field("upload-offset"), "0");
  const Answered kept = send(put({{"upload-complete", "?0"}, {"upload-length", "10"}}), as_bytes("four"));
  EXPECT_EQ(send(patch(kept.field("location"), 4, true), as_bytes("five!")).status, 400u);
  EXPECT_EQ(settled_head(kept.field("location")).field("upload-offset"), "9") << "what came is kept";
}

TEST_F(GatewayPartialTest, AnswersOthersAsIfItWereNotThere) {
  const std::string place = create();
  const std::string none = place.substr(0, place.size() - 8) + "aaaaaaaa";
  for (const char* method : {"HEAD", "DELETE"}) {
    const Answered foreign = ask(authorized(method, place, "other"));
    const Answered unknown = ask(authorized(method, none, "other"));
    EXPECT_EQ(foreign.status, 404u);
    EXPECT_EQ(foreign.fields, unknown.fields);
    EXPECT_EQ(foreign.body, unknown.body);
  }
  EXPECT_EQ(send(patch(place, 0, true, "other"), {}).status, 404u);
  EXPECT_EQ(head(place, "reader").status, 403u);
  EXPECT_EQ(ask(request("HEAD", place)).status, 401u);
  EXPECT_EQ(ask(authorized("GET", place)).field("allow"), "HEAD, PATCH, DELETE");
  EXPECT_EQ(head(place).status, 204u);
}

TEST_F(GatewayPartialTest, KeepsWhatCameBeforeTheConnectionWasLost) {
  const std::vector<uint8_t> bytes = random_bytes(600'000, 2);
  const std::string place = create();
  {
    const uint64_t id = ++last_id_;
    const auto exchange = service_->begin(patch(place, 0, true), {}, id);
    push(*exchange, id, Bytes(bytes).first(400'000));
  }
  EXPECT_EQ(settled_head(place).field("upload-offset"), "400000");
  end_intake();
  begin_intake();
  EXPECT_EQ(head(place).field("upload-offset"), "400000");
  const Answered last = send(patch(place, 400'000, true), Bytes(bytes).subspan(400'000));
  ASSERT_EQ(last.status, 201u);
  end_intake();
  EXPECT_EQ(last.json()["cid"], put_file(bytes).text());
}

TEST_F(GatewayPartialTest, TakesAnUploadFromAConnectionThatHasGoneQuiet) {
  const std::vector<uint8_t> bytes = random_bytes(600'000, 3);
  const std::string place = create();
  const uint64_t quiet_id = ++last_id_;
  const auto quiet = service_->begin(patch(place, 0, true), {}, quiet_id);
  push(*quiet, quiet_id, Bytes(bytes).first(300'000));
  EXPECT_EQ(head(place).status, 503u);
  EXPECT_EQ(send(patch(place, 300'000, true), {}).status, 503u);
  EXPECT_EQ(ask(authorized("DELETE", place, "appender")).status, 503u);
  EXPECT_EQ(settled_head(place).field("upload-offset"), "300000");
  EXPECT_EQ(finish(*quiet, quiet_id).status, 409u);
  EXPECT_TRUE(quiet->refuses_body());
  EXPECT_EQ(send(patch(place, 300'000, true), Bytes(bytes).subspan(300'000)).status, 201u);
}

TEST_F(GatewayPartialTest, TakesAnUploadFromAnotherWorker) {
  const std::string place = create();
  other_ = make_service();
  const auto held = other_->begin(patch(place, 0, true), {}, 1);
  EXPECT_EQ(head(place).status, 503u);
  std::vector<uint64_t> ready;
  while (head(place).status == 503 && !HasFailure()) other_->poll(ready);
  EXPECT_EQ(held->response()->status, 409u);
  EXPECT_EQ(head(place).field("upload-offset"), "0");
}

TEST_F(GatewayPartialTest, ForgetsWhatIsDeleted) {
  const std::string place = create();
  EXPECT_EQ(ask(authorized("DELETE", place, "appender")).status, 204u);
  EXPECT_EQ(head(place).status, 404u);
  EXPECT_EQ(send(patch(place, 0, true), {}).status, 404u);
  EXPECT_EQ(ask(authorized("DELETE", place, "appender")).status, 404u);
}

TEST_F(GatewayPartialTest, SaysWhetherItTakesObjectsInParts) {
  EXPECT_EQ(get("/v1/store").json()["limits"]["partial_upload_seconds"], 86'400);
  end_intake();
  parts_.partials = nullptr;
  start();
  EXPECT_FALSE(get("/v1/store").json()["limits"].contains("partial_uploads"));
  EXPECT_EQ(send(put({{"upload-complete", "?0"}}), {}).status, 501u);
  EXPECT_EQ(head("/uploads/abc").status, 404u);
}

TEST(UploadFieldsTest, TakesNumbersAndBooleansOfStructuredFieldsAlone) {
  EXPECT_EQ(parse_field_integer("0"), 0U);
  EXPECT_EQ(parse_field_integer(" 123456789012345 "), 123'456'789'012'345U);
  for (const char* text : {"", "-1", "+1", "1.0", "0x1", "1234567890123456", "1;a=b", "1 2"})
    EXPECT_FALSE(parse_field_integer(text)) << text;
  EXPECT_EQ(parse_field_boolean("?1"), true);
  EXPECT_EQ(parse_field_boolean("?0"), false);
  for (const char* text : {"", "1", "true", "?2", "??1", "?1;a"})
    EXPECT_FALSE(parse_field_boolean(text)) << text;
}

}  // namespace
}  // namespace penstock
