// SPDX-License-Identifier: Apache-2.0
#include "http1/client_certificate.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <memory>

#include "base/digest.h"

namespace penstock {
namespace {

struct CertificateEnd {
  void operator()(gnutls_x509_crt_t certificate) const { gnutls_x509_crt_deinit(certificate); }
};

}  // namespace

void ask_for_certificate(void* session) {
  gnutls_certificate_server_set_request(static_cast<gnutls_session_t>(session), GNUTLS_CERT_REQUEST);
}

std::optional<ClientCertificate> client_certificate(void* session) {
  unsigned count = 0;
  const gnutls_datum_t* const list =
      gnutls_certificate_get_peers(static_cast<gnutls_session_t>(session), &count);
  if (list == nullptr || count == 0) return std::nullopt;
  gnutls_x509_crt_t made = nullptr;
  if (gnutls_x509_crt_init(&made) != GNUTLS_E_SUCCESS) return std::nullopt;
  const std::unique_ptr<gnutls_x509_crt_int, CertificateEnd> certificate(made);
  if (gnutls_x509_crt_import(made, list, GNUTLS_X509_FMT_DER) != GNUTLS_E_SUCCESS) return std::nullopt;
  Digest digest;
  size_t bytes = digest.bytes.size();
  if (gnutls_fingerprint(GNUTLS_DIG_SHA256, list, digest.bytes.data(), &bytes) != GNUTLS_E_SUCCESS ||
      bytes != digest.bytes.size()) {
    return std::nullopt;
  }
  const std::time_t not_before = gnutls_x509_crt_get_activation_time(made);
  const std::time_t not_after = gnutls_x509_crt_get_expiration_time(made);
  if (not_before == static_cast<std::time_t>(-1) || not_after == static_cast<std::time_t>(-1))
    return std::nullopt;
  return ClientCertificate{digest.hex(), not_before, not_after};
}

}  // namespace penstock
