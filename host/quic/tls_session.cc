// SPDX-License-Identifier: Apache-2.0
#include "quic/tls_session.h"

#include <arpa/inet.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>

#include <array>
#include <ctime>
#include <string_view>

namespace penstock {
namespace {

// AES in GCM first: CPUs have instructions for it. CCM is left out, as nobody needs it here.
constexpr const char* kPriorities =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:-GROUP-ALL:"
    "+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:%DISABLE_TLS13_COMPAT_MODE";
constexpr const char* kServerPrecedence = ":%SERVER_PRECEDENCE";

Result<TlsSession> session_of(unsigned flags, const std::string& priorities,
                              gnutls_certificate_credentials_t credentials) {
  gnutls_session_t raw = nullptr;
  if (const int code = gnutls_init(&raw, flags | GNUTLS_NO_TICKETS | GNUTLS_NO_END_OF_EARLY_DATA); code < 0)
    return fail_tls("TLS session", code);
  TlsSession session(raw);
  if (const int code = gnutls_priority_set_direct(raw, priorities.c_str(), nullptr); code < 0)
    return fail_tls("TLS session", code, "the system's policy for TLS has to allow version 1.3");
  const gnutls_datum_t protocol = datum("h3");
  if (const int code = gnutls_alpn_set_protocols(raw, &protocol, 1, GNUTLS_ALPN_MANDATORY); code < 0)
    return fail_tls("TLS session", code);
  if (const int code = gnutls_credentials_set(raw, GNUTLS_CRD_CERTIFICATE, credentials); code < 0)
    return fail_tls("TLS session", code);
  return session;
}

bool is_address(const std::string& name) {
  std::array<uint8_t, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
}

}  // namespace

Result<TlsSession> server_session(gnutls_certificate_credentials_t credentials) {
  PENSTOCK_TRY_ASSIGN(TlsSession session,
                      session_of(GNUTLS_SERVER, std::string(kPriorities) + kServerPrecedence, credentials));
  gnutls_certificate_server_set_request(session.get(), GNUTLS_CERT_REQUEST);
  if (ngtcp2_crypto_gnutls_configure_server_session(session.get()) != 0)
    return fail(Errc::failed, "TLS session", "QUIC does not take it");
  return session;
}

Result<TlsSession> client_session(gnutls_certificate_credentials_t credentials, const std::string& name) {
  PENSTOCK_TRY_ASSIGN(TlsSession session, session_of(GNUTLS_CLIENT, kPriorities, credentials));
  if (ngtcp2_crypto_gnutls_configure_client_session(session.get()) != 0)
    return fail(Errc::failed, "TLS session", "QUIC does not take it");
  if (!name.empty() && !is_address(name)) {
    const int code = gnutls_server_name_set(session.get(), GNUTLS_NAME_DNS, name.data(), name.size());
    if (code < 0) return fail(Errc::usage, name, gnutls_strerror(code), "give a host name");
  }
  return session;
}

std::string peer_fingerprint(gnutls_session_t session) {
  unsigned count = 0;
  const gnutls_datum_t* certificates = gnutls_certificate_get_peers(session, &count);
  return certificates == nullptr || count == 0 ? std::string{} : fingerprint_of(certificates[0]);
}

bool peer_certificate_current(gnutls_session_t session) {
  const time_t begins = gnutls_certificate_activation_time_peers(session);
  const time_t ends = gnutls_certificate_expiration_time_peers(session);
  const time_t now = std::time(nullptr);
  return begins != static_cast<time_t>(-1) && ends != static_cast<time_t>(-1) && begins <= now && now < ends;
}

}  // namespace penstock
