// SPDX-License-Identifier: Apache-2.0
// What no client should send, and what the listener makes of it.
#include <array>
#include <utility>
#include <vector>

#include "fault/seeded_random.h"
#include "http1_bench.h"

namespace penstock {
namespace {

class Http1HostileTest : public Http1Bench {
 protected:
  void TearDown() override {
    // Whatever came, others are served.
    EXPECT_EQ(answer(get("/bytes/10")).body, scripted_bytes(10));
    Http1Bench::TearDown();
  }

  // Looks at its connections every 12 ms.
  static Http1Limits watchful() {
    Http1Limits limits;
    limits.head_time = std::chrono::milliseconds(200);
    limits.idle_time = std::chrono::milliseconds(200);
    limits.progress_interval = std::chrono::milliseconds(100);
    limits.progress_bytes = 0;
    return limits;
  }

  static void hear_out(std::vector<RawClient>& clients) {
    for (RawClient& each : clients)
      if (each.connected()) each.receive_all();
    clients.clear();
  }

  // These bytes are refused with the status and the connection ends; the service sees no request.
  void expect_refused(const std::string& bytes, unsigned status) {
    const uint64_t begun = record_.begun;
    RawClient asking = client();
    asking.send(bytes);
    const RawResponse response = asking.receive();
    EXPECT_EQ(response.status, status) << bytes.substr(0, 200);
    EXPECT_EQ(response.fields.count("connection"), status == 0 ? 0 : 1) << bytes.substr(0, 200);
    EXPECT_TRUE(asking.ended_within(kPatience)) << bytes.substr(0, 200);
    EXPECT_EQ(record_.begun, begun) << bytes.substr(0, 200);
  }
};

TEST_F(Http1HostileTest, RequestsWhoseEndIsAmbiguousAreRefused) {
  start();
  const std::string head = "PUT /sink HTTP/1.1\r\nHost: a\r\n";
  for (const char* const fields :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "Content-Length: 3\r\nContent-Length: 3\r\n",
        "Content-Length: 3\r\nContent-Length: 4\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "Content-Length : 3\r\n",
        "Content-Length: 3, 3\r\n", "Content-Length: +3\r\n", "Content-Length: -3\r\n",
        "Content-Length: 0x3\r\n", "Content-Length: 3 3\r\n", "Content-Length: \r\n",
        " Content-Length: 3\r\n", "X: 1\r\n Content-Length: 3\r\n", "Content-Leng: 3\r\n th\r\n",
        "X: y\nContent-Length: 3\r\n", "X: y\r\n\tz\r\n"}) {
    expect_refused(head + fields + "\r\n" + "0\r\n\r\n", 400);
  }
  for (const char* const coding : {"gzip, chunked", "chunked, gzip", "identity", "xchunked", "\"chunked\""})
    expect_refused(head + "Transfer-Encoding: " + coding + "\r\n\r\n0\r\n\r\n", 501);
  expect_refused("PUT /sink HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
  expect_refused(head + "Content-Length: 18446744073709551616\r\n\r\n", 413);
  expect_refused(head + "Expect: a-miracle\r\nContent-Length: 1\r\n\r\nx", 417);
  EXPECT_EQ(record_.begun, 0);
  EXPECT_GT(count(Http1Count::refused_ambiguous), 5);
}

TEST_F(Http1HostileTest, BytesThatEndAHeadEarlyForSomeAreRefused) {
  start();
  const std::string nul(1, '\0');
  for (const std::string& request :
       {"GET /bytes/1" + nul + " HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /bytes/1 HTTP/1.1\r\nHost: a" + nul + "b\r\n\r\n",
        "GET /bytes/1 HTTP/1.1\r\nHost: a\r\n" + nul + "Content-Length: 3\r\n\r\nabc",
        "GET /bytes/1 HTTP/1.1\r\nHost: a\r\nX" + nul + "y: z\r\n\r\n",
        std::string("GET /bytes/1 HTTP/1.1\nHost: a\r\n\r\n"),
        std::string("GET /bytes/1 HTTP/1.1\r\nHost: a\n\r\n"),
        std::string("GET /bytes/1 HTTP/1.1\r\nHost: a\r\n\n"),
        std::string("GET /bytes/1 HTTP/1.1\r\nHost: a\r\nX: a\rContent-Length: 4\r\n\r\n"),
        std::string("GET  /bytes/1 HTTP/1.1\r\nHost: a\r\n\r\n")}) {
    expect_refused(request, 400);
  }
}

TEST_F(Http1HostileTest, MalformedHeadsAreRefused) {
  start();
  for (const auto& [request, status] : std::vector<std::pair<std::string, unsigned>>{
           {"GET / HTTP/1.1\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: user@a\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nAuthorization: y\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a\r\n: no name\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a\r\nb@d: x\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n", 400},
           {"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"GET bytes/1 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"GET ftp://a/x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"GET ?x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 501},
           {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
           {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
           {"GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505},
           {"GET / HTTP/1.x\r\nHost: a\r\n\r\n", 400},
           {"GET / http/1.1\r\nHost: a\r\n\r\n", 400},
           {"GET /\r\n\r\n", 400},
           {"GET\r\n\r\n", 0},
           {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 0},
           {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505}}) {
    expect_refused(request, status);
  }
}

TEST_F(Http1HostileTest, LargeHeadsAreRefused) {
  Http1Limits limits;
  limits.head_bytes = 4096;
  limits.fields = 10;
  start(limits);
  expect_refused(get("/" + std::string(5000, 'a')), 431);
  expect_refused(get("/", "X: " + std::string(5000, 'a') + "\r\n"), 431);
  std::string many;
  for (int i = 0; i < 11; ++i) many += "X" + std::to_string(i) + ": y\r\n";
  expect_refused(get("/", many), 431);
  // Beyond what there is memory for.
  expect_refused(get("/" + std::string(200'000, 'a')), 414);
  expect_refused(get("/", "X: " + std::string(200'000, 'a') + "\r\n"), 431);
  std::string very_many;
  for (int i = 0; i < 100'000; ++i) very_many += "X: y\r\n";
  expect_refused(get("/", very_many), 431);
  expect_refused(get("/?" + std::string(100'000, '&')), 431);
  std::string cookies = "Cookie: ";
  for (int i = 0; i < 20'000; ++i) cookies += "a=b;";
  expect_refused(get("/", cookies + "\r\n"), 431);
  // What is just small enough is served.
  EXPECT_EQ(answer(get("/head", "X: " + std::string(4000, 'a') + "\r\n")).status, 200);
  EXPECT_EQ(answer(get("/head", many.substr(0, many.rfind("X9")))).status, 200);
}

TEST_F(Http1HostileTest, MalformedChunksEndTheUpload) {
  start();
  const std::string head = "PUT /sink HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* const chunks :
       {"x\r\n", "-1\r\n", "3\r\nabcd\r\n0\r\n\r\n", "\r\n", ";\r\n", "3 \r\nabc\r\n",
        "0x3\r\nabc\r\n0\r\n\r\n", "10000000000000000\r\n", "3\r\nabc0\r\n\r\n", "ffffffffffffffffff\r\n"}) {
    RawClient asking = client();
    asking.send(head + chunks);
    const RawResponse response = asking.receive();
    EXPECT_TRUE(response.status == 400 || response.status == 413) << chunks;
    EXPECT_TRUE(asking.ended_within(kPatience)) << chunks;
  }
  EXPECT_TRUE(soon([this] { return record_.destroyed == 10; }));
  EXPECT_EQ(record_.bodies_ended, 0);
}

TEST_F(Http1HostileTest, ChunkExtensionsAndTrailersAreForgotten) {
  start();
  EXPECT_EQ(answer("PUT /sink HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
                   "3;a=b\r\nabc\r\n0\r\nHost: b\r\nContent-Length: 7\r\n\r\n")
                .body,
            sink_answer("abc"));
}

TEST_F(Http1HostileTest, TruncatedRequestsComeToNothing) {
  // None is cut for being late: each has an end.
  Http1Limits limits = watchful();
  limits.head_time = limits.idle_time = kPatience;
  start(limits);
  const std::string whole =
      "PUT /sink HTTP/1.1\r\nHost: a\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (size_t bytes = 0; bytes < whole.size(); ++bytes) {
    RawClient asking = client();
    asking.send(whole.substr(0, bytes));
    if (bytes % 2 == 0) {
      asking.end_sending();
      EXPECT_TRUE(asking.ended_within(kPatience)) << bytes;
      EXPECT_EQ(asking.unread(), "") << bytes;
    } else {
      asking.reset();
    }
  }
  EXPECT_TRUE(
      soon([this] { return count(Http1Count::connections_ended) == count(Http1Count::connections); }));
  EXPECT_EQ(record_.bodies_ended, 0);
  EXPECT_EQ(record_.begun, record_.destroyed);
  EXPECT_EQ(count(Http1Count::bodies_given_up), record_.begun);
}

TEST_F(Http1HostileTest, RandomBytesCrashNothing) {
  start(watchful());
  SeededRandom random(6);
  std::vector<RawClient> clients;
  for (int i = 0; i < 2000; ++i) {
    if (clients.size() == 100) hear_out(clients);
    std::string bytes(random.between(1, 3000), '\0');
    random.fill({reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()});
    if (random.chance(0.5)) bytes = "GET /" + bytes;
    clients.push_back(client());
    clients.back().send(bytes);
    if (random.chance(0.5)) clients.back().end_sending();
  }
  hear_out(clients);
  EXPECT_TRUE(
      soon([this] { return count(Http1Count::connections_ended) == count(Http1Count::connections); }));
  EXPECT_EQ(count(Http1Count::connections), 2000);
}

// Requests that are nearly right go further than noise does.
TEST_F(Http1HostileTest, RequestsWithRandomDamageCrashNothing) {
  start(watchful());
  SeededRandom random(7);
  const std::array<std::string, 4> wholes = {
      get("/status/404?unknown", "X: y\r\n"), put("/sink", std::string(300, 'x')),
      "PUT /sink?step=3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n20\r\n" +
          std::string(32, 'y') + "\r\n0\r\nT: r\r\n\r\n",
      "PUT /refuse HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nabcde"};
  std::vector<RawClient> clients;
  for (int i = 0; i < 3000; ++i) {
    if (clients.size() == 100) hear_out(clients);
    std::string bytes = wholes[random.below(4)] + wholes[random.below(4)];
    for (uint64_t damage = random.between(1, 4); damage > 0; --damage) {
      const size_t at = random.below(bytes.size());
      switch (random.below(3)) {
        case 0:
          bytes[at] = static_cast<char>(random.next());
          break;
        case 1:
          bytes.erase(at, random.between(1, 10));
          break;
        default:
          bytes.insert(at, bytes.substr(random.below(bytes.size()), random.between(1, 10)));
      }
    }
    clients.push_back(client());
    clients.back().send(bytes);
    clients.back().end_sending();
    if (random.chance(0.1)) clients.back().reset();
  }
  hear_out(clients);
  EXPECT_TRUE(
      soon([this] { return count(Http1Count::connections_ended) == count(Http1Count::connections); }));
  EXPECT_EQ(record_.begun, record_.destroyed);
}

}  // namespace
}  // namespace penstock
