// SPDX-License-Identifier: Apache-2.0
#include "gateway/pooled_answer.h"

#include <atomic>
#include <random>

#include "gateway/held_body.h"
#include "unit/gateway/gateway_fixture.h"

namespace penstock {
namespace {

// Counts up, byte by byte, and may fail at some place.
class CountingBody final : public BodySource {
 public:
  CountingBody(uint64_t bytes, uint64_t fail_at) : bytes_(bytes), fail_at_(fail_at) {}
  Result<size_t> fill(MutableBytes into) override {
    size_t filled = 0;
    for (; filled < into.size() && at_ < bytes_; ++filled, ++at_) {
      if (at_ == fail_at_) return fail(Errc::corrupt, "a block", "is damaged");
      into[filled] = static_cast<uint8_t>(at_ * 7 + (at_ >> 8));
    }
    return filled;
  }

 private:
  uint64_t bytes_;
  uint64_t fail_at_;
  uint64_t at_ = 0;
};

class PooledAnswerTest : public GatewayFixture {
 protected:
  static PooledAnswer::Maker counting(uint64_t bytes, bool known, uint64_t fail_at = UINT64_MAX) {
    return [=](Store&, BlockSource&) {
      MadeAnswer answer;
      if (known) answer.head.content_bytes = bytes;
      answer.body = std::make_unique<CountingBody>(bytes, fail_at);
      return answer;
    };
  }
  std::shared_ptr<PooledAnswer> start_answer(PooledAnswer::Maker maker, size_t buffer) {
    auto answer = std::make_shared<PooledAnswer>(*readers_, mailbox_, 1, PooledAnswer::Places{},
                                                 PooledAnswer::Options{buffer, false, {}}, std::move(maker));
    answer->start();
    return answer;
  }
  // The whole body, in parts of random sizes.
  static std::string drain(PooledAnswer& answer, BodyRead::State& end, uint64_t seed) {
    std::minstd_rand random(static_cast<unsigned>(seed + 1));
    std::string body;
    std::vector<uint8_t> buffer(5000);
    while (answer.head() == nullptr) std::this_thread::yield();
    while (true) {
      const BodyRead read = answer.read(MutableBytes(buffer).first(1 + random() % buffer.size()));
      body += as_text(Bytes(buffer).first(read.bytes));
      end = read.state;
      if (end == BodyRead::State::end || end == BodyRead::State::failed) return body;
      if (end == BodyRead::State::wait) std::this_thread::yield();
    }
  }
  static std::string counted(uint64_t bytes) {
    std::string body(bytes, '\0');
    CountingBody(bytes, UINT64_MAX).fill({reinterpret_cast<uint8_t*>(body.data()), body.size()}).value();
    return body;
  }

  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>([] {});
};

TEST_F(PooledAnswerTest, BringsEveryByteThroughASmallBuffer) {
  for (const uint64_t bytes : {0, 1, 999, 1000, 1001, 2000, 123'456})
    for (const bool known : {true, false}) {
      const auto answer = start_answer(counting(bytes, known), 1000);
      BodyRead::State end{};
      EXPECT_EQ(drain(*answer, end, bytes), counted(bytes)) << bytes << known;
      EXPECT_EQ(end, BodyRead::State::end);
    }
}

TEST_F(PooledAnswerTest, EndsBadlyWhereTheBodyDoes) {
  const auto late = start_answer(counting(50'000, true, 30'000), 1000);
  BodyRead::State end{};
  const std::string body = drain(*late, end, 1);
  EXPECT_EQ(end, BodyRead::State::failed);
  EXPECT_GE(body.size(), 28'000u);
  EXPECT_EQ(body, counted(30'000).substr(0, body.size()));
  const auto early = start_answer(counting(50'000, true, 300), 1000);
  EXPECT_NE(drain(*early, end, 1), "");
  EXPECT_EQ(end, BodyRead::State::end);
  EXPECT_EQ(early->head()->status, 500u);
}

TEST_F(PooledAnswerTest, TakesABodyOfTheWrongLengthForBroken) {
  const auto shorter = start_answer(
      [](Store&, BlockSource&) {
        MadeAnswer answer = held_answer(200, "text/plain", std::string(5000, 'x'));
        answer.head.content_bytes = 5001;
        return answer;
      },
      1000);
  BodyRead::State end{};
  drain(*shorter, end, 1);
  EXPECT_EQ(end, BodyRead::State::failed);
}

TEST_F(PooledAnswerTest, MayBeLeftAtAnyMoment) {
  PlaceCount places(1000);
  for (uint64_t i = 0; i < 200; ++i) {
    auto answer = std::make_shared<PooledAnswer>(
        *readers_, mailbox_, i, PooledAnswer::Places{places.take(), {}},
        PooledAnswer::Options{1000, i % 7 == 0, {}}, counting(100'000, i % 2 == 0));
    answer->start();
    std::vector<uint8_t> some(700);
    if (i % 3 != 0)
      while (answer->head() == nullptr) std::this_thread::yield();
    for (uint64_t reads = 0; answer->head() != nullptr && reads < i % 5; ++reads) answer->read(some);
    answer->give_up();
  }
  // A test that waits for ever is ended by ctest.
  while (places.taken() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

TEST_F(PooledAnswerTest, WakesNobodyWhoHasGone) {
  std::atomic<int> woken = 0;
  auto mailbox = std::make_shared<Mailbox>([&] { ++woken; });
  mailbox->post(1);
  mailbox->post(2);
  EXPECT_EQ(woken, 1);
  std::vector<uint64_t> ids;
  mailbox->take(ids);
  EXPECT_EQ(ids, (std::vector<uint64_t>{1, 2}));
  mailbox->close();
  mailbox->post(3);
  EXPECT_EQ(woken, 1);
}

}  // namespace
}  // namespace penstock
