// SPDX-License-Identifier: Apache-2.0
#include "quic/tls_identity.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "unit/quic/test_identity.h"

namespace penstock {
namespace {

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  char buffer[4096];
  while (const size_t bytes = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, bytes);
  ::pclose(pipe);
  return text;
}

TEST(TlsIdentityTest, OpensslReadsTheCertificateThatIsMade) {
  const TestIdentity made("store.example");
  const std::string text =
      output_of("openssl x509 -noout -text -fingerprint -sha256 -in " + made.certificate_path());
  EXPECT_NE(text.find("DNS:store.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("CN = store.example"), std::string::npos);
  EXPECT_NE(text.find("NIST CURVE: P-256"), std::string::npos);
  EXPECT_NE(text.find("ecdsa-with-SHA256"), std::string::npos);
  EXPECT_NE(text.find("CA:FALSE"), std::string::npos);
  std::string print = text.substr(text.find("Fingerprint=") + 12);
  std::string plain;
  for (const char c : print) {
    if (std::isxdigit(static_cast<unsigned char>(c)) != 0) plain += static_cast<char>(std::tolower(c));
  }
  EXPECT_EQ(plain, made.identity().fingerprint());
}

TEST(TlsIdentityTest, ItsKeyIsForItsOwnerAloneAndNothingIsOverwritten) {
  const TestIdentity made;
  struct stat status {};
  ASSERT_EQ(::stat(made.key_path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_FALSE(write_self_signed({{"again.test"}}, made.certificate_path() + ".new", made.key_path()));
  EXPECT_FALSE(write_self_signed({{}}, made.certificate_path() + ".new", made.key_path() + ".new"));
  EXPECT_TRUE(TlsIdentity::load(made.certificate_path(), made.key_path()));
}

TEST(TlsIdentityTest, FilesThatAreNoneOrDoNotBelongTogetherAreRefused) {
  const TestIdentity one;
  const TestIdentity two;
  EXPECT_FALSE(TlsIdentity::load(one.certificate_path(), two.key_path()));
  EXPECT_FALSE(TlsIdentity::load(one.key_path(), one.certificate_path()));
  EXPECT_FALSE(TlsIdentity::load("/nowhere.pem", one.key_path()));
  std::ofstream(one.certificate_path()) << "no certificate";
  EXPECT_FALSE(TlsIdentity::load(one.certificate_path(), one.key_path()));
}

}  // namespace
}  // namespace penstock
