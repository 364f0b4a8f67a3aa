// SPDX-License-Identifier: Apache-2.0
#include "quic/trusted_servers.h"

#include <algorithm>
#include <cctype>
#include <ctime>
#include <utility>

#include "quic/tls_session.h"

namespace penstock {
namespace {

constexpr size_t kFingerprintDigits = 64;

// "AB:CD:..." as other tools print it, to what fingerprint_of() makes.
std::string plain_hex(const std::string& text) {
  std::string plain;
  for (const char c : text) {
    if (c != ':') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return plain;
}

std::string status_text(unsigned status) {
  gnutls_datum_t text{};
  if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) < 0)
    return "its certificate is not trusted";
  std::string why(reinterpret_cast<const char*>(text.data), text.size);
  gnutls_free(text.data);
  while (!why.empty() && (why.back() == ' ' || why.back() == '.')) why.pop_back();
  return why;
}

}  // namespace

Result<TrustedServers> TrustedServers::load(const ServerTrust& trust, const TlsIdentity* identity) {
  PENSTOCK_TRY_ASSIGN(OwnedCredentials credentials, new_credentials());
  ServerTrust kept = trust;
  if (trust.kind == ServerTrust::Kind::system) {
    if (const int count = gnutls_certificate_set_x509_system_trust(credentials.get()); count < 0)
      return fail_tls("the system's certificate authorities", count, "install ca-certificates");
  } else if (trust.kind == ServerTrust::Kind::authority) {
    const int count =
        gnutls_certificate_set_x509_trust_file(credentials.get(), trust.value.c_str(), GNUTLS_X509_FMT_PEM);
    if (count < 0)
      return fail(Errc::usage, trust.value, gnutls_strerror(count), "give certificates in PEM form");
    if (count == 0) return fail(Errc::usage, trust.value, "holds no certificate");
  } else if (trust.kind == ServerTrust::Kind::fingerprint) {
    kept.value = plain_hex(trust.value);
    const auto digit = [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; };
    if (kept.value.size() != kFingerprintDigits || !std::all_of(kept.value.begin(), kept.value.end(), digit))
      return fail(Errc::usage, trust.value, "is no SHA-256 fingerprint", "give 64 hexadecimal digits");
  }
  if (identity != nullptr) {
    const TlsIdentity::Credentials& own = identity->credentials();
    const gnutls_datum_t certificate = datum(own.certificate_pem);
    const gnutls_datum_t key = datum(own.key_pem);
    const int code =
        gnutls_certificate_set_x509_key_mem(credentials.get(), &certificate, &key, GNUTLS_X509_FMT_PEM);
    if (code < 0) return fail_tls("client certificate", code);
  }
  return TrustedServers(std::move(kept), std::move(credentials));
}

Status TrustedServers::check(gnutls_session_t session, const std::string& name) const {
  if (trust_.kind == ServerTrust::Kind::anyone) return {};
  const std::string fingerprint = peer_fingerprint(session);
  const std::string remedy = "its certificate has the SHA-256 fingerprint " + fingerprint +
                             ": if that is the server's own, pin it with --fingerprint";
  if (trust_.kind == ServerTrust::Kind::fingerprint) {
    if (fingerprint != trust_.value)
      return fail(Errc::failed, name, "its certificate is not the one that is expected", remedy);
    if (!peer_certificate_current(session))
      return fail(Errc::failed, name, "its certificate is not within its time", remedy);
    return {};
  }
  unsigned status = 0;
  const int code = gnutls_certificate_verify_peers3(session, name.c_str(), &status);
  if (code < 0) return fail_tls(name, code, remedy);
  if (status != 0) return fail(Errc::failed, name, status_text(status), remedy);
  return {};
}

}  // namespace penstock
