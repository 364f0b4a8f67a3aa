// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "quic/server_trust.h"
#include "quic/tls_credentials.h"

namespace penstock {

// ServerTrust as TLS takes it: a client's authorities, and its own certificate where it shows one. Owned by
// the client, outlives its session.
class TrustedServers {
 public:
  // `identity` may be null. failed: no authorities to trust; usage: the file has none.
  static Result<TrustedServers> load(const ServerTrust& trust, const TlsIdentity* identity);

  gnutls_certificate_credentials_t credentials() const { return credentials_.get(); }

  // Whether the server at the other end of the session is trusted as `name`. The error says why not, with the
  // certificate's fingerprint.
  Status check(gnutls_session_t session, const std::string& name) const;

 private:
  TrustedServers(ServerTrust trust, OwnedCredentials credentials)
      : trust_(std::move(trust)), credentials_(std::move(credentials)) {}

  ServerTrust trust_;
  OwnedCredentials credentials_;
};

}  // namespace penstock
