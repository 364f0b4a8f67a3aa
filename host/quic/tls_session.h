// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gnutls/gnutls.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "quic/tls_credentials.h"

namespace penstock {

struct SessionEnd {
  void operator()(gnutls_session_t session) const { gnutls_deinit(session); }
};
using TlsSession = GnutlsOwned<gnutls_session_t, SessionEnd>;

// Sessions of TLS 1.3 for one QUIC connection that speaks HTTP/3: no tickets, so no early data. The
// credentials outlive them.
Result<TlsSession> server_session(gnutls_certificate_credentials_t credentials);
// `name`: the host that is asked for; an address is not told to the server.
Result<TlsSession> client_session(gnutls_certificate_credentials_t credentials, const std::string& name);

// SHA-256 of the peer's certificate, where it gave one; empty otherwise. Its key has been proven by the
// handshake, and nothing else.
std::string peer_fingerprint(gnutls_session_t session);
// Whether that certificate is within its time.
bool peer_certificate_current(gnutls_session_t session);

}  // namespace penstock
