// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "quic/tls_identity.h"

namespace penstock {

// A self-signed identity in files of a folder of its own, which goes with it.
class TestIdentity {
 public:
  explicit TestIdentity(const std::string& name = "server.test",
                        std::chrono::system_clock::time_point begins = std::chrono::system_clock::now() -
                                                                       std::chrono::hours{1},
                        std::chrono::hours life = std::chrono::hours{24});
  ~TestIdentity();
  TestIdentity(const TestIdentity&) = delete;
  TestIdentity& operator=(const TestIdentity&) = delete;

  const TlsIdentity& identity() const { return *identity_; }
  std::string certificate_path() const { return folder_ + "/certificate.pem"; }
  std::string key_path() const { return folder_ + "/key.pem"; }

 private:
  std::string folder_;
  std::unique_ptr<TlsIdentity> identity_;
};

}  // namespace penstock
