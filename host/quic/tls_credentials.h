// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <memory>
#include <string>
#include <type_traits>

#include "base/bytes.h"
#include "base/result.h"
#include "quic/tls_identity.h"

namespace penstock {

struct CredentialsEnd {
  void operator()(gnutls_certificate_credentials_t credentials) const {
    gnutls_certificate_free_credentials(credentials);
  }
};
struct CertificateEnd {
  void operator()(gnutls_x509_crt_t certificate) const { gnutls_x509_crt_deinit(certificate); }
};
struct PrivateKeyEnd {
  void operator()(gnutls_x509_privkey_t key) const { gnutls_x509_privkey_deinit(key); }
};

// What GnuTLS gives out as pointers to structures that nobody sees.
template <class Pointer, class End>
using GnutlsOwned = std::unique_ptr<std::remove_pointer_t<Pointer>, End>;
using OwnedCredentials = GnutlsOwned<gnutls_certificate_credentials_t, CredentialsEnd>;
using OwnedCertificate = GnutlsOwned<gnutls_x509_crt_t, CertificateEnd>;
using OwnedPrivateKey = GnutlsOwned<gnutls_x509_privkey_t, PrivateKeyEnd>;

struct TlsIdentity::Credentials {
  OwnedCredentials owned;
  std::string certificate_pem;  // clients combine it with whom they trust
  std::string key_pem;
};

inline gnutls_datum_t datum(std::string_view text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
          static_cast<unsigned>(text.size())};
}

inline Failure fail_tls(std::string what, int code, std::string remedy = {}) {
  return fail(Errc::failed, std::move(what), gnutls_strerror(code), std::move(remedy));
}

Result<OwnedCredentials> new_credentials();
// SHA-256 of a certificate's DER, in lower-case hexadecimal.
std::string fingerprint_of(const gnutls_datum_t& der);

}  // namespace penstock
