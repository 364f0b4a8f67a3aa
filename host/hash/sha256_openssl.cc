// SPDX-License-Identifier: Apache-2.0
// OpenSSL 3 fetches an algorithm and allocates a context for each message of its EVP interface, which costs
// as much as two kilobytes of hashing; the older calls do neither and cannot fail.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <algorithm>

#include "base/check.h"
#include "hash/sha256_constants.h"
#include "hash/sha256_implementations.h"
#include "hash/sha256_one_stream.h"

namespace penstock {
namespace {

class Sha256OpenSsl final : public Sha256Path {
 public:
  std::string_view name() const override { return "openssl"; }
  bool supported() const override { return true; }

  void digest(std::span<const Bytes> messages, std::span<Digest> digests) const override {
    PENSTOCK_CHECK(messages.size() == digests.size());
    for (size_t i = 0; i < messages.size(); ++i) {
      SHA256_CTX context;
      SHA256_Init(&context);
      SHA256_Update(&context, messages[i].data(), messages[i].size());
      SHA256_Final(digests[i].bytes.data(), &context);
    }
  }
};

}  // namespace

void sha256_one_stream(std::array<uint32_t, 8>& state, const uint8_t* in, size_t blocks) {
  SHA256_CTX context{};
  std::copy(state.begin(), state.end(), context.h);
  for (; blocks > 0; --blocks, in += kSha256BlockBytes) SHA256_Transform(&context, in);
  std::copy_n(context.h, state.size(), state.begin());
}

const Sha256Path& sha256_openssl_path() {
  static const Sha256OpenSsl path;
  return path;
}

}  // namespace penstock
