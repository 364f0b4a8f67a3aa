// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "unit/quic/test_request.h"
#include "unit/quic/test_server.h"

namespace penstock {
namespace {

using namespace std::chrono_literals;

std::string certificate_seen(TestServer& server) {
  const std::lock_guard lock(server.log.mutex);
  return server.log.peers.empty() ? "nobody" : server.log.peers.back().certificate;
}

TEST(ClientTrustTest, AServerWithAnotherCertificateThanTheExpectedOneIsRefused) {
  TestServer server;
  QuicClientOptions options;
  options.trust = {ServerTrust::Kind::fingerprint, std::string(64, 'a')};
  auto client = server.client(2, options);
  ASSERT_FALSE(client);
  EXPECT_NE(client.error().why.find("not the one"), std::string::npos) << client.error().message();
  EXPECT_NE(client.error().remedy.find(server.identity.identity().fingerprint()), std::string::npos);
  EXPECT_TRUE(server.counts(QuicCount::handshakes_failed));
  EXPECT_EQ(server.count(QuicCount::connections), 0U);
}

TEST(ClientTrustTest, AFingerprintIsTakenAsOtherToolsPrintIt) {
  TestServer server;
  QuicClientOptions options = server.trusting();
  std::string colons;
  for (size_t i = 0; i < options.trust.value.size(); i += 2) {
    if (i != 0) colons += ':';
    colons += static_cast<char>(std::toupper(options.trust.value[i]));
    colons += static_cast<char>(std::toupper(options.trust.value[i + 1]));
  }
  options.trust.value = colons;
  EXPECT_TRUE(server.client(2, options));
  options.trust.value = "12:34";
  const auto client = server.client(3, options);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Errc::usage);
}

TEST(ClientTrustTest, AnAuthoritysFileIsTrustedForItsNamesAlone) {
  TestServer server;
  QuicClientOptions options;
  options.trust = {ServerTrust::Kind::authority, server.identity.certificate_path()};
  EXPECT_TRUE(server.client(2, options));
  const auto port = server.network.open(3);
  const auto other =
      QuicClient::connect(port->queue(0), server.port->local_address(), "another.test", options);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().why.find("name"), std::string::npos) << other.error().message();
  options.trust.value = "/nowhere.pem";
  EXPECT_FALSE(server.client(4, options));
}

TEST(ClientTrustTest, TheSystemsAuthoritiesDoNotVouchForASelfSignedCertificate) {
  TestServer server;
  const auto port = server.network.open(2);
  const auto client = QuicClient::connect(port->queue(0), server.port->local_address(), "server.test", {});
  ASSERT_FALSE(client);
}

TEST(ClientTrustTest, AnExpiredServerIsRefused) {
  TestServer server;
  const TestIdentity expired("server.test", std::chrono::system_clock::now() - 48h, 24h);
  const auto port = server.network.open(40);
  const auto old = QuicServer::start(*port, expired.identity(), {}, [&server](std::function<void()> wake) {
    return std::make_unique<CountingService>(server.log, std::move(wake));
  });
  ASSERT_TRUE(old);
  for (const ServerTrust& trust :
       {ServerTrust{ServerTrust::Kind::fingerprint, expired.identity().fingerprint()},
        ServerTrust{ServerTrust::Kind::authority, expired.certificate_path()}}) {
    QuicClientOptions options;
    options.trust = trust;
    const auto client_port = server.network.open(41);
    const auto client =
        QuicClient::connect(client_port->queue(0), port->local_address(), "server.test", options);
    ASSERT_FALSE(client);
    EXPECT_TRUE(client.error().why.find("time") != std::string::npos ||
                client.error().why.find("expired") != std::string::npos)
        << client.error().message();
  }
}

TEST(ClientTrustTest, AClientsCertificateIsKnownToTheServiceByItsFingerprint) {
  TestServer server;
  const TestIdentity own("uploader");
  QuicClientOptions options = server.trusting();
  options.identity = &own.identity();
  auto client = server.client(2, options);
  ASSERT_TRUE(client) << client.error().message();
  TestRequest get("GET", "/bytes?1");
  ASSERT_TRUE(carry_out(**client, get));
  EXPECT_EQ(certificate_seen(server), own.identity().fingerprint());
}

TEST(ClientTrustTest, AClientsCertificateThatIsNotWithinItsTimeCountsAsNone) {
  TestServer server;
  const auto now = std::chrono::system_clock::now();
  for (const auto begins : {now - 48h, now + 24h}) {
    const TestIdentity own("uploader", begins, 24h);
    QuicClientOptions options = server.trusting();
    options.identity = &own.identity();
    auto client = server.client(2, options);
    ASSERT_TRUE(client) << client.error().message();
    TestRequest get("GET", "/bytes?1");
    ASSERT_TRUE(carry_out(**client, get));
    EXPECT_TRUE(get.result);
    EXPECT_EQ(certificate_seen(server), "");
    client->reset();
    server.client_ports.clear();
  }
}

}  // namespace
}  // namespace penstock
