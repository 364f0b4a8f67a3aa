// SPDX-License-Identifier: Apache-2.0
// Too many, too slow, and the end.
#include <ctime>
#include <utility>
#include <vector>

#include "http1_bench.h"

namespace penstock {
namespace {

using std::chrono::milliseconds;

class Http1LimitsTest : public Http1Bench {
 protected:
  using Clock = std::chrono::steady_clock;

  // A test shortens the limit that it is about alone: where the machine is busy, others may be passed.
  static Http1Limits impatient_with_heads() {
    Http1Limits limits;
    limits.head_time = milliseconds(100);
    return limits;
  }
  static Http1Limits impatient_with_bodies(milliseconds interval) {
    Http1Limits limits;
    limits.progress_interval = interval;
    limits.progress_bytes = 1000;
    return limits;
  }
  // Sends so much every 5 ms, until the server does not want it any more.
  static void drip(RawClient& to, std::string_view drops) {
    while (to.send(drops)) std::this_thread::sleep_for(milliseconds(5));
  }
  // Sooner than without the limit that the test set.
  bool sooner_than(milliseconds usual) const { return Clock::now() - begun_ < usual; }

 private:
  const Clock::time_point begun_ = Clock::now();
};

TEST_F(Http1LimitsTest, ConnectionsBeyondTheLimitAreToldSo) {
  Http1Limits limits;
  limits.connections = 4;
  start(limits);
  std::vector<RawClient> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(client());
    clients.back().send(get("/bytes/1"));
    EXPECT_EQ(clients.back().receive().status, 200);
  }
  for (int i = 0; i < 100; ++i) {
    RawClient refused = client();
    const RawResponse response = refused.receive();
    EXPECT_EQ(response.status, 503);
    EXPECT_TRUE(response.whole);
  }
  EXPECT_EQ(count(Http1Count::refused_total), 100);
  clients.pop_back();
  EXPECT_TRUE(soon([this] { return answer(get("/bytes/1")).status == 200; }));
}

TEST_F(Http1LimitsTest, ConnectionsOfOneAddressBeyondTheLimitAreToldSo) {
  Http1Limits limits;
  limits.connections_per_address = 2;
  start(limits);
  RawClient first = client();
  RawClient second = client();
  second.send(get("/bytes/1"));
  EXPECT_EQ(second.receive().status, 200);
  EXPECT_EQ(client().receive().status, 503);
  EXPECT_EQ(count(Http1Count::refused_address), 1);
}

TEST_F(Http1LimitsTest, AddressesAreCountedApart) {
  ConnectionQuota quota(5, 2);
  const auto admit = [&quota](const char* address) { return quota.admit(*parse_net_address(address)); };
  EXPECT_EQ(admit("192.0.2.1:1"), Http1Count::connections);
  EXPECT_EQ(admit("[::ffff:192.0.2.1]:2"), Http1Count::connections);
  EXPECT_EQ(admit("192.0.2.1:3"), Http1Count::refused_address);
  EXPECT_EQ(admit("[2001:db8::1]:1"), Http1Count::connections);
  EXPECT_EQ(admit("[2001:db8::ffff:1]:2"), Http1Count::connections);
  EXPECT_EQ(admit("[2001:db8::2]:3"), Http1Count::refused_address);
  EXPECT_EQ(admit("[2001:db8:0:1::1]:1"), Http1Count::connections);
  EXPECT_EQ(admit("192.0.2.2:1"), Http1Count::refused_total);
  quota.release(*parse_net_address("192.0.2.1:3"));
  EXPECT_EQ(admit("192.0.2.1:4"), Http1Count::connections);
}

TEST_F(Http1LimitsTest, AClientThatSaysNothingIsCut) {
  start(impatient_with_heads());
  EXPECT_TRUE(client().ended_within(Http1Limits().head_time));
  EXPECT_EQ(count(Http1Count::cut_in_head), 1);
  EXPECT_TRUE(soon([this] { return count(Http1Count::connections_unused) == 1; }));
}

TEST_F(Http1LimitsTest, AHeadThatDripsIsCut) {
  start(impatient_with_heads());
  RawClient asking = client();
  asking.send("GET / HTTP/1.1\r\nX: ");
  drip(asking, "y");
  EXPECT_TRUE(sooner_than(Http1Limits().head_time));
  EXPECT_EQ(count(Http1Count::cut_in_head), 1);
  EXPECT_EQ(count(Http1Count::responses_4xx), 1);
}

TEST_F(Http1LimitsTest, AConnectionThatIdlesIsEnded) {
  Http1Limits limits;
  limits.idle_time = milliseconds(1500);
  start(limits);
  RawClient asking = client();
  // Longer together than it may idle at a time, by far shorter each.
  for (int i = 0; i < 6; ++i) {
    asking.send(get("/bytes/1"));
    EXPECT_EQ(asking.receive().status, 200);
    std::this_thread::sleep_for(milliseconds(400));
  }
  EXPECT_TRUE(asking.ended_within(kPatience));
  EXPECT_TRUE(sooner_than(Http1Limits().idle_time));
  EXPECT_EQ(asking.unread(), "");
  EXPECT_EQ(count(Http1Count::cut_idle), 1);
}

TEST_F(Http1LimitsTest, AnUploadThatDripsIsCut) {
  start(impatient_with_bodies(milliseconds(100)));
  RawClient asking = client();
  asking.send("PUT /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  drip(asking, "yyyy");
  EXPECT_TRUE(sooner_than(Http1Limits().progress_interval));
  EXPECT_EQ(count(Http1Count::cut_slow), 1);
  EXPECT_EQ(count(Http1Count::responses_4xx), 1);
  EXPECT_TRUE(soon([this] { return record_.destroyed == 1; }));
}

TEST_F(Http1LimitsTest, AnUploadThatIsSlowButFastEnoughGoesOn) {
  start(impatient_with_bodies(milliseconds(1500)));
  RawClient asking = client();
  asking.send("PUT /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  for (int i = 0; i < 100; ++i) {
    std::this_thread::sleep_for(milliseconds(20));
    EXPECT_TRUE(asking.send(std::string(1000, 'x')));
  }
  EXPECT_EQ(asking.receive().body, sink_answer(std::string(100'000, 'x')));
}

TEST_F(Http1LimitsTest, AReaderThatStopsIsCut) {
  start(impatient_with_bodies(milliseconds(500)));
  RawClient asking = client(4096);
  asking.send(get("/bytes/100000000"));
  EXPECT_TRUE(asking.read_more(1));
  EXPECT_TRUE(soon([this] { return record_.destroyed == 1; }));
  EXPECT_TRUE(sooner_than(Http1Limits().progress_interval));
  EXPECT_EQ(count(Http1Count::cut_slow), 1);
}

TEST_F(Http1LimitsTest, TimeInWhichTheServiceHoldsAClientBackDoesNotCount) {
  start(impatient_with_bodies(milliseconds(100)));
  RawClient asking = client();
  asking.send(put("/until-released", "body"));
  std::this_thread::sleep_for(milliseconds(500));
  record_.released = true;
  EXPECT_EQ(asking.receive().status, 204);
}

TEST_F(Http1LimitsTest, WaitingCostsNoTime) {
  start();
  RawClient thinking = client();
  thinking.send(put("/hang", "body"));
  RawClient idle = client();
  idle.send(get("/bytes/1"));
  EXPECT_EQ(idle.receive().status, 200);
  RawClient half = client();
  half.send("GET /");
  RawClient reading = client(4096);
  reading.send(get("/bytes/100000000"));
  EXPECT_TRUE(reading.read_more(1));
  // Until the system's buffers are full.
  uint64_t given = 0;
  EXPECT_TRUE(soon([&] {
    std::this_thread::sleep_for(milliseconds(100));
    const uint64_t earlier = std::exchange(given, count(Http1Count::body_bytes_out));
    return given == earlier && given > 0;
  }));
  // A loop that does not wait takes all of the time, each time.
  EXPECT_TRUE(soon([] {
    const std::clock_t before = std::clock();
    std::this_thread::sleep_for(milliseconds(400));
    return static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC < 0.1;
  }));
}

TEST_F(Http1LimitsTest, ManyConnectionsAtOnceAreServed) {
  Http1Limits limits;
  limits.connections_per_address = 512;
  start(limits);
  std::vector<RawClient> clients;
  for (int i = 0; i < 400; ++i) {
    clients.push_back(client());
    ASSERT_TRUE(clients.back().connected());
    clients.back().send(put("/sink?step=100", std::string(1000, 'x')));
  }
  for (RawClient& each : clients) EXPECT_EQ(each.receive().body, sink_answer(std::string(1000, 'x')));
}

TEST_F(Http1LimitsTest, DrainingAnswersWhatIsUnderWay) {
  start();
  RawClient idle = client();
  idle.send(get("/bytes/1"));
  EXPECT_EQ(idle.receive().status, 200);
  RawClient waiting = client();
  waiting.send(put("/until-released", "body"));
  RawClient uploading = client();
  uploading.send("PUT /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
  RawClient reading = client(4096);
  reading.send(get("/bytes/10000000"));
  EXPECT_TRUE(soon([this] { return record_.begun == 4; }));

  listener_->drain(std::chrono::hours(1));
  EXPECT_TRUE(idle.ended_within(kPatience));
  EXPECT_EQ(idle.unread(), "");
  EXPECT_TRUE(record_.drained);
  EXPECT_FALSE(client().connected());
  record_.released = true;
  const RawResponse late = waiting.receive();
  EXPECT_EQ(late.status, 204);
  EXPECT_EQ(late.fields.at("connection"), "close");
  uploading.send("def");
  EXPECT_EQ(uploading.receive().body, sink_answer("abcdef"));
  EXPECT_TRUE(reading.receive().body == scripted_bytes(10'000'000));
  waiting.reset();
  uploading.reset();
  reading.reset();
  listener_->join();  // in less than the hour
  EXPECT_EQ(count(Http1Count::cut_at_stop), 0);
}

TEST_F(Http1LimitsTest, DrainingEndsAtItsDeadline) {
  start();
  RawClient waiting = client();
  waiting.send(put("/hang", "body"));
  RawClient uploading = client();
  uploading.send("PUT /sink?step=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 6000\r\n\r\nabc");
  RawClient reading = client(4096);
  reading.send(get("/bytes/100000000?step=1"));
  EXPECT_TRUE(soon([this] { return record_.begun == 3; }));
  listener_->drain(milliseconds(100));
  listener_->join();
  EXPECT_EQ(record_.destroyed, 3);
  EXPECT_EQ(count(Http1Count::cut_at_stop), 3);
  EXPECT_TRUE(waiting.ended_within(kPatience));
}

TEST_F(Http1LimitsTest, BeyondLoopbackPlainHttpIsToBeAskedFor) {
  Http1Options options;
  options.address = *parse_net_address("0.0.0.0:0");
  const HttpServiceMaker none = [](const std::function<void()>&) { return nullptr; };
  const auto refused = Http1Listener::start(options, none);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::usage);
  options.plain_beyond_loopback = true;
  start(options);
  EXPECT_EQ(
      RawClient(*parse_net_address("127.0.0.1:" + std::to_string(listener_->address().port()))).connected(),
      true);
}

TEST_F(Http1LimitsTest, AnAddressThatIsTakenIsRefused) {
  start();
  Http1Options options;
  options.address = listener_->address();
  const auto refused = Http1Listener::start(options, [](const std::function<void()>&) { return nullptr; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::failed);
}

TEST_F(Http1LimitsTest, CountsHaveNames) {
  EXPECT_EQ(http1_count_name(Http1Count::connections), "connections");
  EXPECT_EQ(http1_count_name(Http1Count::responses_5xx), "responses_5xx");
  EXPECT_EQ(http1_count_name(Http1Count::cut_at_stop), "cut_at_stop");
}

}  // namespace
}  // namespace penstock
