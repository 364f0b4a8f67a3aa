// SPDX-License-Identifier: Apache-2.0
#include "http1/pem_pair.h"

#include <gnutls/gnutls.h>

#include <memory>

namespace penstock {
namespace {

struct CredentialsEnd {
  void operator()(gnutls_certificate_credentials_t credentials) const {
    gnutls_certificate_free_credentials(credentials);
  }
};

gnutls_datum_t borrowed(const std::string& text) {
  // GnuTLS takes what it only reads as mutable.
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
          static_cast<unsigned>(text.size())};
}

}  // namespace

Status check_pem_pair(const PemPair& pair) {
  gnutls_certificate_credentials_t made = nullptr;
  if (gnutls_certificate_allocate_credentials(&made) != GNUTLS_E_SUCCESS)
    return fail(Errc::failed, "TLS certificate", "no memory");
  const std::unique_ptr<gnutls_certificate_credentials_st, CredentialsEnd> credentials(made);
  const gnutls_datum_t certificate = borrowed(pair.certificate);
  const gnutls_datum_t key = borrowed(pair.key);
  const int code =
      gnutls_certificate_set_x509_key_mem(credentials.get(), &certificate, &key, GNUTLS_X509_FMT_PEM);
  if (code < 0) {
    return fail(Errc::usage, "TLS certificate", gnutls_strerror(code),
                "give a certificate and its own key, both in PEM");
  }
  return {};
}

}  // namespace penstock
