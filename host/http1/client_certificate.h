// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ctime>
#include <optional>
#include <string>

namespace penstock {

// The certificate that a TLS client gave. Who issued it is not asked: it stands for whoever holds its key.
struct ClientCertificate {
  std::string fingerprint;  // SHA-256 of the DER, in lower-case hexadecimal
  std::time_t not_before = 0;
  std::time_t not_after = 0;

  bool valid_at(std::time_t time) const { return not_before <= time && time <= not_after; }
};

// `session` is a gnutls_session_t. Before the handshake: the client is asked for a certificate, and may go on
// without.
void ask_for_certificate(void* session);
// After the handshake; nothing if there is none, or it cannot be read.
std::optional<ClientCertificate> client_certificate(void* session);

}  // namespace penstock
