// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace penstock {

// A certificate (with what stands between it and its authority) and its private key: a server's, or the one
// that a client shows. Read once, then shared by any threads; outlives the servers and clients that use it.
class TlsIdentity {
 public:
  struct Credentials;  // of the TLS library

  // PEM files. failed: they cannot be read; usage: they hold no certificate or key, or two that do not match.
  static Result<std::unique_ptr<TlsIdentity>> load(const std::string& certificate_path,
                                                   const std::string& key_path);
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  // SHA-256 of the certificate's DER, in lower-case hexadecimal.
  const std::string& fingerprint() const { return fingerprint_; }
  Credentials& credentials() const { return *credentials_; }

 private:
  TlsIdentity();

  std::unique_ptr<Credentials> credentials_;
  std::string fingerprint_;
};

// A self-signed certificate as it is written.
struct SelfSigned {
  std::vector<std::string> names;  // host names and addresses that it is for; the first names its subject
  std::chrono::system_clock::time_point begins = std::chrono::system_clock::now() - std::chrono::hours{1};
  std::chrono::system_clock::time_point ends = begins + std::chrono::hours{24 * 3652};
};

// Makes an ECDSA P-256 key and a certificate signed with it, and writes both as PEM; the key can be read by
// its owner alone. usage: no names; failed: a file is there already, or cannot be written.
Status write_self_signed(const SelfSigned& wanted, const std::string& certificate_path,
                         const std::string& key_path);

}  // namespace penstock
