// SPDX-License-Identifier: Apache-2.0
#include "drivers/ipstack/answer_limit.h"

#include "unit/ipstack/lone_stack.h"

namespace penstock {
namespace {

TEST(AnswerLimitTest, SoManyASecondAndAQuarterOfThemAtOnce) {
  AnswerLimit limit(1000);
  uint64_t now_ns = 1'000'000'000'000;
  const auto taken_now = [&] {
    size_t count = 0;
    while (limit.take(now_ns)) ++count;
    return count;
  };
  EXPECT_EQ(taken_now(), 250U);
  now_ns += 1'000'000;
  EXPECT_EQ(taken_now(), 1U);
  now_ns += 10'000'000;
  EXPECT_EQ(taken_now(), 10U);
  now_ns += 3'600'000'000'000;
  EXPECT_EQ(taken_now(), 250U);
  size_t second = 0;
  for (int i = 0; i < 1000; ++i) {
    now_ns += 1'000'000;
    second += taken_now();
  }
  EXPECT_EQ(second, 1000U);
}

TEST(AnswerLimitTest, NoneIsNone) {
  AnswerLimit limit(0);
  EXPECT_FALSE(limit.take(1'000'000'000'000));
}

class TooManyAnswersTest : public LoneStack {
 protected:
  TooManyAnswersTest() {
    config.routes = {{test_prefix("0.0.0.0/0"), test_address("192.0.2.254", 0)}};
    open();
  }
  // How many of them are answered now; the next is dropped for that reason.
  size_t answered(const Frame& frame) {
    size_t count = 0;
    for (; count < 10'000; ++count) {
      const Received received = receive(frame);
      if (received.arrival.kind == FrameArrival::Kind::answered) continue;
      EXPECT_EQ(received.arrival.kind, FrameArrival::Kind::dropped);
      EXPECT_EQ(received.arrival.drop, FrameDrop::too_many_answers);
      break;
    }
    return count;
  }
  static Frame echo() {
    return ip_frame(test_mac(1), test_mac(2),
                    ip_packet({.source = "198.51.100.7", .destination = "192.0.2.1", .protocol = 1},
                              icmp_content("198.51.100.7", "192.0.2.1", 8, 0, {0, 1, 0, 1})));
  }
};

TEST_F(TooManyAnswersTest, EachKindHasItsShare) {
  const Frame solicitation =
      ip_frame(test_mac(1), test_mac(3), ndp_packet("2001:db8::3", "2001:db8::1", {.target = "2001:db8::1"}));
  size_t all = 0;
  for (int tenth = 0; tenth < 10; ++tenth) {
    all += answered(echo());
    // Neither pings nor neighbours keep the gateway from finding the port.
    const size_t neighbours = answered(arp_request(3, "192.0.2.3", "192.0.2.1"));
    EXPECT_EQ(answered(solicitation), 0U);  // of the same share
    const size_t gateway = answered(arp_request(9, "192.0.2.254", "192.0.2.1"));
    EXPECT_GE(gateway, 25U);
    EXPECT_GE(neighbours, 50U);
    all += neighbours + gateway;
    pass(0.1);
  }
  // A thousand a second, and what may come at once before.
  EXPECT_LE(all, 1250U);
  EXPECT_EQ(stack->counters().answers_sent, all);
}

TEST_F(TooManyAnswersTest, WhoUsesAGatewaysAddressHasNoPartInItsShare) {
  receive(arp_request(9, "192.0.2.254", "192.0.2.1"));  // the gateway is known
  pass(1);
  EXPECT_GE(answered(arp_request(3, "192.0.2.254", "192.0.2.1")), 50U);
  EXPECT_EQ(answered(arp_request(3, "192.0.2.3", "192.0.2.1")), 0U);
  // It has addresses that nobody told the port.
  EXPECT_GE(answered(arp_request(9, "192.0.2.253", "192.0.2.1")), 25U);
  EXPECT_EQ(answered(arp_request(9, "192.0.2.254", "192.0.2.1")), 0U);
}

TEST_F(TooManyAnswersTest, TheLimitIsTheOperators) {
  config.answers_per_second = 40;
  open();
  EXPECT_EQ(answered(echo()), 2U);
  config.answers_per_second = 0;
  open();
  EXPECT_EQ(answered(echo()), 0U);
  EXPECT_EQ(answered(arp_request(9, "192.0.2.254", "192.0.2.1")), 0U);
}

TEST_F(TooManyAnswersTest, DatagramsAreNotLimited) {
  answered(echo());
  for (int i = 0; i < 5000; ++i)
    ASSERT_EQ(receive(udp_frame("198.51.100.7", "192.0.2.1")).arrival.kind, FrameArrival::Kind::datagram);
}

}  // namespace
}  // namespace penstock
