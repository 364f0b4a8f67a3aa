// SPDX-License-Identifier: Apache-2.0
#include "quic/tls_identity.h"

#include <array>
#include <fstream>
#include <sstream>
#include <utility>

#include "base/digest.h"
#include "quic/tls_credentials.h"

namespace penstock {
namespace {

Result<std::string> read_text(const std::string& path) {
  constexpr std::streamsize kBytesMax = 1 << 20;
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail_errno(path);
  std::string text(kBytesMax, '\0');
  file.read(text.data(), kBytesMax);
  if (file.gcount() == kBytesMax) return fail(Errc::usage, path, "is too large for a certificate or key");
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

Result<std::string> certificate_fingerprint(const std::string& pem, const std::string& path) {
  gnutls_x509_crt_t raw = nullptr;
  if (const int code = gnutls_x509_crt_init(&raw); code < 0) return fail_tls(path, code);
  const OwnedCertificate certificate(raw);
  const gnutls_datum_t text = datum(pem);
  if (const int code = gnutls_x509_crt_import(raw, &text, GNUTLS_X509_FMT_PEM); code < 0)
    return fail(Errc::usage, path, gnutls_strerror(code), "give a certificate in PEM form");
  gnutls_datum_t der{};
  if (const int code = gnutls_x509_crt_export2(raw, GNUTLS_X509_FMT_DER, &der); code < 0)
    return fail_tls(path, code);
  std::string print = fingerprint_of(der);
  gnutls_free(der.data);
  return print;
}

}  // namespace

Result<OwnedCredentials> new_credentials() {
  gnutls_certificate_credentials_t raw = nullptr;
  if (const int code = gnutls_certificate_allocate_credentials(&raw); code < 0) return fail_tls("TLS", code);
  return OwnedCredentials(raw);
}

std::string fingerprint_of(const gnutls_datum_t& der) {
  Digest digest;
  size_t bytes = digest.bytes.size();
  if (gnutls_fingerprint(GNUTLS_DIG_SHA256, &der, digest.bytes.data(), &bytes) < 0) return {};
  return digest.hex();
}

TlsIdentity::TlsIdentity() : credentials_(std::make_unique<Credentials>()) {}
TlsIdentity::~TlsIdentity() = default;

Result<std::unique_ptr<TlsIdentity>> TlsIdentity::load(const std::string& certificate_path,
                                                       const std::string& key_path) {
  std::unique_ptr<TlsIdentity> identity(new TlsIdentity);
  Credentials& credentials = *identity->credentials_;
  PENSTOCK_TRY_ASSIGN(credentials.certificate_pem, read_text(certificate_path));
  PENSTOCK_TRY_ASSIGN(credentials.key_pem, read_text(key_path));
  PENSTOCK_TRY_ASSIGN(credentials.owned, new_credentials());
  const gnutls_datum_t certificate = datum(credentials.certificate_pem);
  const gnutls_datum_t key = datum(credentials.key_pem);
  const int code =
      gnutls_certificate_set_x509_key_mem(credentials.owned.get(), &certificate, &key, GNUTLS_X509_FMT_PEM);
  if (code < 0) {
    return fail(Errc::usage, certificate_path, gnutls_strerror(code),
                "give a certificate and its key (" + key_path + ") in PEM form");
  }
  PENSTOCK_TRY_ASSIGN(identity->fingerprint_,
                      certificate_fingerprint(credentials.certificate_pem, certificate_path));
  return identity;
}

}  // namespace penstock
