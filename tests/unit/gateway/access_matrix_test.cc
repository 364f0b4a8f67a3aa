// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "unit/gateway/gateway_fixture.h"

namespace penstock {
namespace {

// One request, and the status that each role gets.
struct Row {
  const char* method;
  std::string target;
  unsigned nobody;
  unsigned appender;
  unsigned reader;
  unsigned admin;
  unsigned everything;
};

class AccessMatrixTest : public GatewayFixture {
 protected:
  Answered as(const std::string& who, const char* method, const std::string& target) {
    const HttpRequest asked = authorized(method, target, who);
    const uint64_t id = ++last_id_;
    const auto exchange = service_->begin(asked, {}, id);
    // An upload or a question that was let in waits for its body.
    if (exchange->response() == nullptr && asked.method[0] == 'P') {
      exchange->end_body();
      if (door_->last > ended_) door_->end(++ended_, StoredUpload{});
    }
    return finish(*exchange, id, asked.method == "HEAD");
  }
  uint64_t ended_ = 0;
};

TEST_F(AccessMatrixTest, GivesEachRoleWhatItMayDoAndNothingElse) {
  const std::string there = "/ipfs/" + put_file(random_bytes(100, 1)).text();
  const std::string absent = "/ipfs/" + cid_of(Multicodec::raw, as_bytes("absent")).text();
  const std::vector<Row> rows = {
      {"PUT", "/objects/a", 401, 201, 403, 403, 201},
      {"PUT", "/objects/..", 401, 400, 403, 403, 400},
      {"GET", there, 401, 403, 200, 403, 200},
      {"GET", absent, 401, 403, 404, 403, 404},
      {"HEAD", there, 401, 403, 200, 403, 200},
      {"HEAD", absent, 401, 403, 404, 403, 404},
      {"GET", there + "?format=raw", 401, 403, 200, 403, 200},
      {"GET", absent + "?format=raw", 401, 403, 404, 403, 404},
      {"GET", there + "?format=car", 401, 403, 200, 403, 200},
      {"GET", absent + "?format=car", 401, 403, 404, 403, 404},
      {"GET", "/ipfs/malformed", 401, 403, 400, 403, 400},
      {"GET", "/ipfs/bafkqaaa?format=raw", 401, 403, 200, 403, 200},
      {"POST", "/v1/have", 401, 403, 200, 403, 200},
      {"GET", "/v1/store", 401, 200, 200, 403, 200},
      {"GET", "/metrics", 401, 403, 403, 200, 200},
      {"GET", "/healthz", 200, 200, 200, 200, 200},
      {"HEAD", "/healthz", 200, 200, 200, 200, 200},
      {"DELETE", "/healthz", 401, 405, 405, 405, 405},
      {"GET", "/objects/a", 401, 405, 405, 405, 405},
      {"PUT", there, 401, 405, 405, 405, 405},
      {"OPTIONS", there, 401, 405, 405, 405, 405},
      {"GET", "/", 401, 404, 404, 404, 404},
      {"GET", "/../etc/passwd", 401, 404, 404, 404, 404},
  };
  for (const Row& row : rows) {
    const std::string what = std::string(row.method) + " " + row.target;
    EXPECT_EQ(as("", row.method, row.target).status, row.nobody) << what;
    EXPECT_EQ(as("appender", row.method, row.target).status, row.appender) << what;
    EXPECT_EQ(as("reader", row.method, row.target).status, row.reader) << what;
    EXPECT_EQ(as("operator", row.method, row.target).status, row.admin) << what;
    EXPECT_EQ(as("everything", row.method, row.target).status, row.everything) << what;
  }
}

TEST_F(AccessMatrixTest, TellsWhoMayNotReadTheSameOfWhatIsThereAndOfWhatIsNot) {
  const std::string there = "/ipfs/" + put_file(random_bytes(100, 1)).text();
  const std::string absent = "/ipfs/" + cid_of(Multicodec::raw, as_bytes("absent")).text();
  for (const char* form : {"", "?format=raw", "?format=car", "/name", "/"}) {
    const Answered one = as("appender", "GET", there + form);
    const Answered other = as("appender", "GET", absent + form);
    EXPECT_EQ(one.body, other.body) << form;
    EXPECT_EQ(one.fields, other.fields) << form;
    EXPECT_EQ(one.body, as("appender", "GET", "/ipfs/malformed").body) << form;
  }
}

TEST_F(AccessMatrixTest, NamesTheMethodsAndTheSchemeThatArePossible) {
  EXPECT_EQ(as("reader", "DELETE", "/ipfs/x").field("allow"), "GET, HEAD");
  EXPECT_EQ(as("reader", "GET", "/v1/have").field("allow"), "POST");
  EXPECT_EQ(ask(request("GET", "/v1/store")).field("www-authenticate"), "Bearer realm=\"penstock\"");
}

TEST_F(AccessMatrixTest, KnowsNobodyByAWrongToken) {
  const std::string good = tokens_["reader"];
  std::string changed = good;
  changed.back() = changed.back() == 'a' ? 'b' : 'a';
  for (const std::string& wrong :
       {std::string("Bearer"), std::string("Bearer "), "Bearer " + changed, "Basic " + good, good,
        "Bearer " + good + "a", "Bearer " + good.substr(1), std::string(5000, 'x')}) {
    HttpRequest asked = request("GET", "/v1/store");
    asked.fields.push_back({"authorization", wrong});
    const Answered answered = ask(asked);
    EXPECT_EQ(answered.status, 401u) << wrong;
    EXPECT_THAT(answered.field("www-authenticate"), testing::HasSubstr("invalid_token"));
  }
  HttpRequest twice = authorized("GET", "/v1/store", "reader");
  twice.fields.push_back(twice.fields[0]);
  EXPECT_EQ(ask(twice).status, 401u);
  HttpRequest lower = request("GET", "/v1/store");
  lower.fields.push_back({"authorization", "bearer  " + good + " "});
  EXPECT_EQ(ask(lower).status, 200u);
}

TEST_F(AccessMatrixTest, LetsTokensAndCertificatesExpire) {
  add_token("short", {.read = true}, 1'000'000);
  ASSERT_TRUE(access_->reload());
  options_.now = [] { return 999'999; };
  start();
  EXPECT_EQ(as("short", "GET", "/v1/store").status, 200u);
  options_.now = [] { return 1'000'000; };
  start();
  EXPECT_EQ(as("short", "GET", "/v1/store").status, 401u);
}

TEST_F(AccessMatrixTest, AddsTheRightsOfACertificateToThoseOfAToken) {
  AccessList list = AccessList::parse(access_->list()->text()).value();
  const Digest fingerprint = token_digest("a certificate");
  ASSERT_TRUE(list.add_certificate({"host", fingerprint, {.read = true}, 1'000'000}));
  std::ofstream(access_path()) << list.text();
  ASSERT_TRUE(access_->reload());
  options_.now = [] { return 500'000; };
  start();
  const HttpPeer peer{.address = {}, .certificate = fingerprint.hex()};
  EXPECT_EQ(ask(request("GET", "/v1/store"), peer).status, 200u);
  const Cid cid = put_file({1});
  EXPECT_EQ(ask(authorized("GET", "/ipfs/" + cid.text(), "appender"), peer).status, 200u);
  HttpRequest wrong = request("GET", "/v1/store");
  wrong.fields.push_back({"authorization", "Bearer pst_wrong"});
  EXPECT_EQ(ask(wrong, peer).status, 401u) << "a wrong token is not overlooked";
  EXPECT_EQ(
      ask(request("GET", "/v1/store"), {.address = {}, .certificate = token_digest("other").hex()}).status,
      401u);
  options_.now = [] { return 1'000'000; };
  start();
  EXPECT_EQ(ask(request("GET", "/v1/store"), peer).status, 401u);
}

TEST_F(AccessMatrixTest, GivesNobodyAnythingWithoutAFile) {
  access_ = AccessFile::open(directory_.path() + "/none.json", {}).value();
  start();
  EXPECT_EQ(as("everything", "GET", "/v1/store").status, 401u);
  EXPECT_EQ(as("everything", "PUT", "/objects/a").status, 401u);
  EXPECT_EQ(as("everything", "GET", "/metrics").status, 401u);
  EXPECT_EQ(ask(request("GET", "/healthz")).status, 200u);
}

}  // namespace
}  // namespace penstock
