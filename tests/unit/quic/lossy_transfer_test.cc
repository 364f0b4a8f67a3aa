// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <vector>

#include "unit/quic/test_request.h"
#include "unit/quic/test_server.h"

namespace penstock {
namespace {

// Where packets of a handshake are lost again and again, the pauses between them grow.
constexpr std::chrono::seconds kPatience{100};

QuicServerOptions patient_server() {
  QuicServerOptions options;
  options.limits.handshake_timeout = options.limits.idle_timeout = kPatience;
  return options;
}
QuicClientOptions patient_client(const TestServer& server) {
  QuicClientOptions options = server.trusting();
  options.handshake_timeout = options.idle_timeout = kPatience;
  return options;
}

class LossyTransferTest : public testing::TestWithParam<MemoryNetwork::Faults> {};
INSTANTIATE_TEST_SUITE_P(Faults, LossyTransferTest,
                         testing::Values(MemoryNetwork::Faults{1, 0, 0, 11},
                                         MemoryNetwork::Faults{0, 5, 0, 12},
                                         MemoryNetwork::Faults{0, 0, 5, 13},
                                         MemoryNetwork::Faults{1, 5, 2, 14},
                                         MemoryNetwork::Faults{10, 10, 10, 15}));

TEST_P(LossyTransferTest, EverythingArrivesWholeBothWays) {
  TestServer server(patient_server(), GetParam());
  auto client = server.client(2, patient_client(server));
  ASSERT_TRUE(client) << client.error().message();
  std::vector<std::unique_ptr<TestRequest>> requests;
  for (int i = 0; i < 4; ++i) {
    requests.push_back(std::make_unique<TestRequest>("PUT", i % 2 == 0 ? "/put" : "/slow", 1'500'000));
    requests.push_back(std::make_unique<TestRequest>("GET", i % 2 == 0 ? "/bytes?1500000" : "/open?1500000"));
  }
  for (const auto& request : requests) ASSERT_TRUE((*client)->submit(request->head, *request));
  ASSERT_TRUE(poll_until(**client, [&client] { return (*client)->under_way() == 0; }));
  for (const auto& request : requests) {
    ASSERT_TRUE(request->result) << request->result.error().message();
    if (request->head.method == "PUT") {
      EXPECT_EQ(request->text, "1500000 right");
    } else {
      EXPECT_EQ(request->bytes_received, 1'500'000U);
      EXPECT_TRUE(request->pattern_right);
    }
  }
}

TEST(LossyConnectTest, HandshakesComeAboutThroughLoss) {
  QuicServerOptions options = patient_server();
  options.limits.handshakes_without_retry = 3;
  TestServer server(options, {10, 10, 10, 21});
  for (uint8_t host = 2; host < 12; ++host) {
    auto client = server.client(host, patient_client(server));
    ASSERT_TRUE(client) << client.error().message();
    TestRequest get("GET", "/bytes?10000");
    ASSERT_TRUE(carry_out(**client, get));
    EXPECT_TRUE(get.pattern_right);
  }
}

}  // namespace
}  // namespace penstock
