// SPDX-License-Identifier: Apache-2.0
#include "benchmark/library_digest.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace penstock {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct FreeAlgorithm {
  void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
};

}  // namespace

struct LibraryDigest::Contexts {
  std::unique_ptr<EVP_MD, FreeAlgorithm> algorithm{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
};

LibraryDigest::LibraryDigest() : contexts_(std::make_unique<Contexts>()) {
  PENSTOCK_CHECK(contexts_->algorithm != nullptr && contexts_->context != nullptr);
}
LibraryDigest::~LibraryDigest() = default;

Digest LibraryDigest::digest(Bytes message) {
  Digest digest;
  EVP_MD_CTX* context = contexts_->context.get();
  const bool done = EVP_DigestInit_ex2(context, contexts_->algorithm.get(), nullptr) == 1 &&
                    EVP_DigestUpdate(context, message.data(), message.size()) == 1 &&
                    EVP_DigestFinal_ex(context, digest.bytes.data(), nullptr) == 1;
  PENSTOCK_CHECK(done);
  return digest;
}

}  // namespace penstock
