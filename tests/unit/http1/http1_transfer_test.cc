// SPDX-License-Identifier: Apache-2.0
// Requests and responses that go well.
#include "http1_bench.h"

namespace penstock {
namespace {

class Http1TransferTest : public Http1Bench {};

std::string in_chunks(const std::string& body, size_t chunk_bytes) {
  std::string text;
  for (size_t at = 0; at < body.size(); at += chunk_bytes) {
    const std::string chunk = body.substr(at, chunk_bytes);
    std::array<char, 20> size{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", chunk.size());
    text += size.data() + chunk + "\r\n";
  }
  return text + "0\r\n\r\n";
}

TEST_F(Http1TransferTest, TheServiceSeesTheRequestAsItWasSent) {
  start();
  const RawResponse response = answer(
      "GET /head/a%2Fb%00?x=%41&y HTTP/1.1\r\nHoSt: example:80\r\nX-Some-Field:  a value "
      "\t\r\nEmpty:\r\n\r\n");
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(
      response.body.starts_with("GET\n/head/a%2Fb%00\nx=%41&y\nexample:80\n"
                                "host: example:80\nx-some-field: a value\nempty: \npeer 127.0.0.1:"))
      << response.body;
  EXPECT_TRUE(response.body.ends_with(" loopback plain <>\n")) << response.body;
}

TEST_F(Http1TransferTest, TheAbsoluteFormNamesTheAuthority) {
  start();
  const RawResponse response = answer("GET HTTP://else:1/head?q HTTP/1.1\r\nHost: example\r\n\r\n");
  EXPECT_TRUE(response.body.starts_with("GET\n/head\nq\nelse:1\n")) << response.body;
}

TEST_F(Http1TransferTest, BodiesOfAllSizesComeWithALength) {
  start();
  RawClient asking = client();
  for (const size_t bytes : {0UL, 1UL, 65'536UL, 1'000'003UL, 64UL << 20}) {
    asking.send(get("/bytes/" + std::to_string(bytes)));
    const RawResponse response = asking.receive();
    EXPECT_TRUE(response.whole);
    EXPECT_EQ(response.fields.at("content-length"), std::to_string(bytes));
    EXPECT_TRUE(response.body == scripted_bytes(bytes)) << bytes;
  }
  EXPECT_EQ(count(Http1Count::connections), 1);
}

TEST_F(Http1TransferTest, BodiesOfUnknownLengthComeInChunks) {
  start();
  RawClient asking = client();
  for (const size_t bytes : {0UL, 1UL, 65'536UL, 16UL << 20}) {
    asking.send(get("/bytes/" + std::to_string(bytes) + "?unknown"));
    const RawResponse response = asking.receive();
    EXPECT_TRUE(response.whole);
    EXPECT_EQ(response.fields.at("transfer-encoding"), "chunked");
    EXPECT_TRUE(response.body == scripted_bytes(bytes)) << bytes;
  }
  EXPECT_EQ(count(Http1Count::connections), 1);
}

TEST_F(Http1TransferTest, Http10GetsBodiesOfUnknownLengthUntilTheConnectionEnds) {
  start();
  const RawResponse response = answer("GET /bytes/300000?unknown HTTP/1.0\r\n\r\n");
  EXPECT_EQ(response.fields.at("connection"), "close");
  EXPECT_TRUE(response.body == scripted_bytes(300'000));
}

TEST_F(Http1TransferTest, BodiesThatTheServiceGivesInStepsArriveWhole) {
  start();
  for (const char* const target : {"/bytes/40000?step=1000", "/bytes/40000?step=1000&unknown"}) {
    const RawResponse response = answer(get(target));
    EXPECT_TRUE(response.whole);
    EXPECT_TRUE(response.body == scripted_bytes(40'000));
  }
}

TEST_F(Http1TransferTest, HeadHasTheFieldsAndNoBody) {
  start();
  RawClient asking = client();
  asking.send("HEAD /bytes/1000 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/bytes/3"));
  const RawResponse head = asking.receive(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.fields.at("content-length"), "1000");
  EXPECT_EQ(asking.receive().body, scripted_bytes(3));
  EXPECT_EQ(count(Http1Count::body_bytes_out), 3);
}

TEST_F(Http1TransferTest, ResponsesWithoutBodyOfUnknownLengthHaveNoChunks) {
  start();
  for (const char* const request :
       {"HEAD /bytes/1000?unknown HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /status/304?unknown HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /status/204?unknown HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"}) {
    RawClient asking = client();
    asking.send(request);
    const std::string all = asking.receive_all();
    EXPECT_TRUE(all.starts_with("HTTP/1.1 ")) << request;
    EXPECT_EQ(all.find("\r\n\r\n"), all.size() - 4) << all;
  }
}

TEST_F(Http1TransferTest, UploadsWithALengthArriveWhole) {
  start();
  RawClient asking = client();
  for (const size_t bytes : {0UL, 1UL, 200'000UL, 64UL << 20}) {
    const std::string body = scripted_bytes(bytes);
    ASSERT_TRUE(asking.send(put("/sink", body)));
    EXPECT_EQ(asking.receive().body, sink_answer(body)) << bytes;
  }
  EXPECT_EQ(count(Http1Count::connections), 1);
  EXPECT_EQ(count(Http1Count::body_bytes_in), 1 + 200'000 + (64 << 20));
}

TEST_F(Http1TransferTest, UploadsInChunksArriveWhole) {
  start();
  RawClient asking = client();
  const std::string head = "PUT /sink HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const auto& [bytes, chunk] :
       {std::pair{0UL, 1UL}, {5UL, 1UL}, {300'000UL, 7UL}, {16UL << 20, 1'000'000UL}}) {
    const std::string body = scripted_bytes(bytes);
    ASSERT_TRUE(asking.send(head + in_chunks(body, chunk)));
    EXPECT_EQ(asking.receive().body, sink_answer(body)) << bytes;
  }
  EXPECT_EQ(count(Http1Count::connections), 1);
}

TEST_F(Http1TransferTest, ASlowServiceHoldsTheSenderBack) {
  start();
  for (const bool chunked : {false, true}) {
    const std::string body = scripted_bytes(400'000);
    const RawResponse response =
        answer(chunked ? "PUT /sink?step=3000 HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n" +
                             in_chunks(body, 10'000)
                       : put("/sink?step=3000", body));
    EXPECT_EQ(response.body, sink_answer(body));
  }
}

TEST_F(Http1TransferTest, PipelinedRequestsAreAnsweredInTurn) {
  start();
  RawClient asking = client();
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests += get("/bytes/" + std::to_string(i * 100));
    requests += put("/sink", std::string(static_cast<size_t>(i), 'x'));
  }
  asking.send(requests);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(asking.receive().body.size(), i * 100);
    EXPECT_EQ(asking.receive().body, sink_answer(std::string(static_cast<size_t>(i), 'x')));
  }
  EXPECT_EQ(count(Http1Count::connections), 1);
  EXPECT_EQ(count(Http1Count::requests), 100);
  EXPECT_EQ(count(Http1Count::responses_2xx), 100);
}

TEST_F(Http1TransferTest, ARequestThatArrivesByteByByteIsAnswered) {
  start();
  RawClient asking = client();
  for (const char c : put("/sink", "abc")) asking.send({&c, 1});
  EXPECT_EQ(asking.receive().body, sink_answer("abc"));
}

TEST_F(Http1TransferTest, TheAnswerMayComeFromAnotherThreadLongAfter) {
  start();
  RawClient asking = client();
  asking.send(put("/until-released", "body"));
  EXPECT_FALSE(asking.ended_within(std::chrono::milliseconds(50)));
  record_.released = true;
  EXPECT_EQ(asking.receive().status, 204);
}

TEST_F(Http1TransferTest, AClientThatEndedSendingGetsItsAnswer) {
  start();
  RawClient asking = client();
  asking.send(get("/bytes/5000000"));
  asking.end_sending();
  EXPECT_TRUE(asking.receive().body == scripted_bytes(5'000'000));
}

TEST_F(Http1TransferTest, ClientsAreToldOfHttp3) {
  Http1Options options;
  options.http3_port = 4433;
  start(options);
  for (const char* const target : {"/bytes/1", "/nothing-here"}) {
    RawClient asking = client();
    asking.send(target == std::string("/bytes/1") ? get(target)
                                                  : "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    EXPECT_EQ(asking.receive().fields.at("alt-svc"), "h3=\":4433\"; ma=86400");
  }
}

TEST_F(Http1TransferTest, TheConnectionStaysAfterABodyThatNobodyWants) {
  start();
  RawClient asking = client();
  asking.send(put("/refuse", std::string(100'000, 'x')) + get("/bytes/1"));
  EXPECT_EQ(asking.receive().status, 403);
  EXPECT_EQ(asking.receive().body, scripted_bytes(1));
}

TEST_F(Http1TransferTest, AClientThatAsksFirstSendsNoBodyThatNobodyWants) {
  start();
  const std::string rest = " HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n";
  RawClient refused = client();
  refused.send("PUT /refuse" + rest);
  const RawResponse response = refused.receive();
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.body, "refused\n");
  EXPECT_TRUE(refused.ended_within(kPatience));

  RawClient taken = client();
  taken.send("PUT /sink" + rest);
  EXPECT_EQ(taken.receive().status, 100);
  const std::string body = scripted_bytes(1'000'000);
  taken.send(body);
  EXPECT_EQ(taken.receive().body, sink_answer(body));
}

TEST_F(Http1TransferTest, ALargeBodyThatNobodyWantsIsAnsweredWhileItComes) {
  Http1Limits limits;
  limits.linger_time = kPatience;  // however long a busy client takes to read the answer
  start(limits);
  for (const char* const target : {"/refuse", "/cap/1000000"}) {
    RawClient asking = client();
    std::thread sending([&asking, target] {
      asking.send("PUT " + std::string(target) +
                  " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
      const std::string chunk = "100000\r\n" + std::string(0x100000, 'x') + "\r\n";
      for (int i = 0; i < 20 && asking.send(chunk); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
    const RawResponse response = asking.receive();
    EXPECT_EQ(response.status, target == std::string("/refuse") ? 403 : 413);
    EXPECT_EQ(response.body, "refused\n");
    EXPECT_EQ(response.fields.at("connection"), "close");
    sending.join();
  }
  EXPECT_EQ(count(Http1Count::bodies_given_up), 0);
  EXPECT_EQ(count(Http1Count::responses_4xx), 2);
}

TEST_F(Http1TransferTest, ALargeBodyThatNobodyWantsIsAnsweredBeforeItComes) {
  start();
  RawClient asking = client();
  asking.send("PUT /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
  EXPECT_EQ(asking.receive().status, 403);
}

}  // namespace
}  // namespace penstock
