// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "quic/tls_credentials.h"
#include "quic/tls_identity.h"

namespace penstock {
namespace {

constexpr mode_t kForOwner = 0600;
constexpr mode_t kForAll = 0644;

Status write_new_file(const std::string& path, mode_t mode, const gnutls_datum_t& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return fail_errno(path);
  Status status;
  const ssize_t written = ::write(file, text.data, text.size);
  if (written != static_cast<ssize_t>(text.size) || ::fsync(file) != 0) status = fail_errno(path);
  ::close(file);
  return status;
}

int add_name(gnutls_x509_crt_t certificate, const std::string& name) {
  std::array<uint8_t, sizeof(in6_addr)> address{};
  unsigned bytes = 0;
  if (::inet_pton(AF_INET, name.c_str(), address.data()) == 1)
    bytes = sizeof(in_addr);
  else if (::inet_pton(AF_INET6, name.c_str(), address.data()) == 1)
    bytes = sizeof(in6_addr);
  if (bytes != 0) {
    return gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, address.data(), bytes,
                                                GNUTLS_FSAN_APPEND);
  }
  return gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, name.data(),
                                              static_cast<unsigned>(name.size()), GNUTLS_FSAN_APPEND);
}

// The code of the first step that fails, or 0.
int fill_in(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, const SelfSigned& wanted) {
  constexpr size_t kSerialBytes = 16;
  constexpr size_t kSubjectMax = 64;
  constexpr uint8_t kPositive = 0x7f;
  std::array<uint8_t, kSerialBytes> serial{};
  if (const int code = gnutls_rnd(GNUTLS_RND_NONCE, serial.data(), serial.size()); code < 0) return code;
  serial[0] = static_cast<uint8_t>((serial[0] & kPositive) | 1);
  const std::string subject = wanted.names.front().substr(0, kSubjectMax);
  int code = gnutls_x509_crt_set_version(certificate, 3);
  const auto then = [&code](int next) { code = std::min(code, next); };
  then(gnutls_x509_crt_set_serial(certificate, serial.data(), serial.size()));
  then(gnutls_x509_crt_set_activation_time(certificate, std::chrono::system_clock::to_time_t(wanted.begins)));
  then(gnutls_x509_crt_set_expiration_time(certificate, std::chrono::system_clock::to_time_t(wanted.ends)));
  then(gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, subject.data(),
                                     static_cast<unsigned>(subject.size())));
  then(gnutls_x509_crt_set_basic_constraints(certificate, 0, -1));
  then(gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_DIGITAL_SIGNATURE));
  then(gnutls_x509_crt_set_key_purpose_oid(certificate, GNUTLS_KP_TLS_WWW_SERVER, 0));
  then(gnutls_x509_crt_set_key_purpose_oid(certificate, GNUTLS_KP_TLS_WWW_CLIENT, 0));
  for (const std::string& name : wanted.names) then(add_name(certificate, name));
  then(gnutls_x509_crt_set_key(certificate, key));
  then(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0));
  return std::min(code, 0);
}

}  // namespace

Status write_self_signed(const SelfSigned& wanted, const std::string& certificate_path,
                         const std::string& key_path) {
  if (wanted.names.empty()) return fail(Errc::usage, certificate_path, "a certificate needs a name");
  gnutls_x509_privkey_t raw_key = nullptr;
  if (const int code = gnutls_x509_privkey_init(&raw_key); code < 0) return fail_tls(key_path, code);
  const OwnedPrivateKey key(raw_key);
  gnutls_x509_crt_t raw_certificate = nullptr;
  if (const int code = gnutls_x509_crt_init(&raw_certificate); code < 0)
    return fail_tls(certificate_path, code);
  const OwnedCertificate certificate(raw_certificate);
  int code = gnutls_x509_privkey_generate(raw_key, GNUTLS_PK_ECDSA,
                                          GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
  if (code >= 0) code = fill_in(raw_certificate, raw_key, wanted);
  if (code < 0) return fail_tls(certificate_path, code);

  gnutls_datum_t key_text{};
  gnutls_datum_t certificate_text{};
  code =
      gnutls_x509_privkey_export2_pkcs8(raw_key, GNUTLS_X509_FMT_PEM, nullptr, GNUTLS_PKCS_PLAIN, &key_text);
  if (code >= 0) code = gnutls_x509_crt_export2(raw_certificate, GNUTLS_X509_FMT_PEM, &certificate_text);
  Status status;
  if (code < 0) status = fail_tls(certificate_path, code);
  if (status) status = write_new_file(key_path, kForOwner, key_text);
  if (status) status = write_new_file(certificate_path, kForAll, certificate_text);
  if (key_text.data != nullptr) gnutls_memset(key_text.data, 0, key_text.size);
  gnutls_free(key_text.data);
  gnutls_free(certificate_text.data);
  return status;
}

}  // namespace penstock
