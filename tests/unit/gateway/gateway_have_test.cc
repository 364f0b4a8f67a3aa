// SPDX-License-Identifier: Apache-2.0
#include "unit/gateway/gateway_fixture.h"

namespace penstock {
namespace {

class GatewayHaveTest : public GatewayFixture {
 protected:
  Answered have(std::string_view body, const std::string& who = "reader") {
    HttpRequest asked = authorized("POST", "/v1/have", who);
    asked.has_body = true;
    const uint64_t id = ++last_id_;
    const auto exchange = service_->begin(asked, {}, id);
    if (exchange->response() == nullptr) {
      EXPECT_EQ(exchange->take_body(as_bytes(body)), body.size());
      exchange->end_body();
    }
    return finish(*exchange, id);
  }
  static std::string digest_of(const Cid& cid) { return std::string(as_text(cid.digest.bytes)); }
};

TEST_F(GatewayHaveTest, AnswersABitForEachBlock) {
  std::string digests;
  std::string bits(2, '\0');
  for (size_t i = 0; i < 11; ++i) {
    const bool there = i % 3 == 0;
    const std::vector<uint8_t> bytes = random_bytes(100, i);
    digests += digest_of(there ? put_file(bytes) : cid_of(Multicodec::raw, bytes));
    if (there) bits[i / 8] = static_cast<char>(bits[i / 8] | 1 << i % 8);
  }
  const Answered answered = have(digests);
  EXPECT_EQ(answered.status, 200u);
  EXPECT_EQ(answered.body, bits);
  EXPECT_EQ(have("").body, "");
}

TEST_F(GatewayHaveTest, RefusesWhatIsNoListOfDigests) {
  EXPECT_EQ(have("33 bytes: one more than a digest.").status, 400u);
  EXPECT_EQ(have(std::string(65536 * 32, 'x')).body, std::string(8192, '\0'));
  EXPECT_EQ(have(std::string(65537 * 32, 'x')).status, 413u);
  HttpRequest asked = authorized("POST", "/v1/have", "reader");
  asked.content_bytes = 65537 * 32;
  EXPECT_EQ(ask(asked).status, 413u);
  EXPECT_EQ(have("x", "appender").status, 403u);
}

TEST_F(GatewayHaveTest, CollectsFewListsAtOnce) {
  options_.limits.haves_max = 1;
  start();
  const auto first = service_->begin(authorized("POST", "/v1/have"), {}, 800);
  EXPECT_EQ(ask(authorized("POST", "/v1/have")).status, 429u);
}

}  // namespace
}  // namespace penstock
