// SPDX-License-Identifier: Apache-2.0
// Transfers that one side breaks off.
#include "http1_bench.h"

namespace penstock {
namespace {

class Http1BrokenTransferTest : public Http1Bench {};

TEST_F(Http1BrokenTransferTest, ABodyThatFailsIsSeenToBeCut) {
  start();
  for (const char* const target : {"/fail/100000", "/fail/100000?unknown", "/fail/0?unknown"}) {
    const RawResponse response = answer(get(target));
    EXPECT_EQ(response.status, 200);
    EXPECT_FALSE(response.whole) << target;
  }
  EXPECT_EQ(count(Http1Count::responses_failed), 3);
}

// Its end would be the connection's, so that has to be no orderly one.
TEST_F(Http1BrokenTransferTest, ABodyThatFailsForAnHttp10ClientEndsInAReset) {
  start();
  RawClient asking = client();
  asking.send("GET /fail/1000?unknown HTTP/1.0\r\n\r\n");
  while (asking.read_more()) {
  }
  EXPECT_EQ(errno, ECONNRESET);
}

TEST_F(Http1BrokenTransferTest, AnAnswerThatCannotBeSentIsAnError) {
  start();
  EXPECT_EQ(answer(get("/broken")).status, 500);
  EXPECT_EQ(answer(get("/status/100")).status, 500);
  EXPECT_EQ(answer(get("/status/700")).status, 500);
}

TEST_F(Http1BrokenTransferTest, AnUploadThatItsClientAbortsIsGivenUp) {
  start();
  for (const bool by_reset : {false, true}) {
    const uint64_t begun = record_.begun;
    const uint64_t bytes = record_.bytes_taken;
    RawClient asking = client();
    asking.send("PUT /sink HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + std::string(5000, 'x'));
    EXPECT_TRUE(soon([&] { return record_.bytes_taken == bytes + 5000; }));
    if (by_reset) {
      asking.reset();
    } else {
      asking.end_sending();
    }
    EXPECT_TRUE(soon([&] { return record_.destroyed == begun + 1; })) << by_reset;
  }
  EXPECT_EQ(record_.bodies_ended, 0);
  EXPECT_EQ(count(Http1Count::bodies_given_up), 2);
}

TEST_F(Http1BrokenTransferTest, AnUploadThatIsAbortedWhileItIsHeldBackIsGivenUp) {
  start();
  RawClient asking = client();
  asking.send("PUT /sink?step=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" +
              std::string(5000, 'x'));
  EXPECT_TRUE(soon([&] { return record_.bytes_taken > 10; }));
  asking.reset();
  EXPECT_TRUE(soon([&] { return record_.destroyed == 1; }));
}

TEST_F(Http1BrokenTransferTest, ADownloadThatItsClientAbortsIsGivenUp) {
  start();
  for (const char* const target :
       {"/bytes/1000000000", "/bytes/1000000000?unknown", "/bytes/100000000?step=100"}) {
    const uint64_t begun = record_.begun;
    RawClient asking = client();
    asking.send(get(target));
    EXPECT_TRUE(asking.read_more());
    asking.reset();
    EXPECT_TRUE(soon([&] { return record_.destroyed == begun + 1; })) << target;
  }
  EXPECT_EQ(count(Http1Count::responses_given_up), 3);
}

TEST_F(Http1BrokenTransferTest, AClientThatResetsWhileTheServiceThinksIsNoticedInTheEnd) {
  start();
  RawClient asking = client();
  asking.send(put("/until-released", "body"));
  EXPECT_TRUE(soon([&] { return record_.bodies_ended == 1; }));
  asking.reset();
  record_.released = true;
  EXPECT_TRUE(soon([&] { return record_.destroyed == 1; }));
}

}  // namespace
}  // namespace penstock
