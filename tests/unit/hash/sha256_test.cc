// SPDX-License-Identifier: Apache-2.0
#include "hash/sha256.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <random>
#include <string>
#include <vector>

#include "unit/base/random_seed.h"

namespace penstock {
namespace {

// Independent of our own OpenSSL path: the interface that OpenSSL recommends.
Digest openssl_digest(Bytes message) {
  Digest digest;
  EXPECT_EQ(EVP_Digest(message.data(), message.size(), digest.bytes.data(), nullptr, EVP_sha256(), nullptr),
            1);
  return digest;
}

std::vector<uint8_t> random_bytes(size_t count, std::mt19937_64& random) {
  std::vector<uint8_t> bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

class Sha256PathTest : public testing::TestWithParam<const Sha256Path*> {
 protected:
  void SetUp() override {
    if (!GetParam()->supported()) GTEST_SKIP() << "this CPU lacks it";
  }
  static std::string hex(Bytes message) {
    Digest digest;
    GetParam()->digest({&message, 1}, {&digest, 1});
    return digest.hex();
  }
};

TEST_P(Sha256PathTest, MeetsTheExamplesOfFips180) {
  // FIPS 180-2, appendix B (the examples that FIPS 180-4 refers to).
  EXPECT_EQ(hex(as_bytes("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(as_bytes(std::string(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_P(Sha256PathTest, MeetsVectorsOfCavp) {
  // NIST CAVP, SHA256ShortMsg.rsp.
  EXPECT_EQ(hex({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(as_bytes("\xd3")), "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1");
  EXPECT_EQ(hex(as_bytes("\x11\xaf")), "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98");
  EXPECT_EQ(hex(as_bytes("\xb4\x19\x0e")),
            "dff2e73091f6c05e528896c4c831b9448653dc2ff043528f6769437bc7b975c2");
  EXPECT_EQ(hex(as_bytes("\x74\xba\x25\x21")),
            "b16aa56be3880d18cd41e68384cf1ec8c17680c45a02b1575dc1518923ae8b0e");
  EXPECT_EQ(hex(as_bytes("\xc2\x99\x20\x96\x82")),
            "f0887fe961c9cd3beab957e8222494abb969b1ce4c6557976df8b0f6d20e9166");
}

TEST_P(Sha256PathTest, EqualsOpenSslAtEveryLengthTo4096) {
  std::mt19937_64 random(1);
  const std::vector<uint8_t> bytes = random_bytes(4096 + 3, random);
  std::vector<Bytes> messages;
  for (size_t length = 0; length <= 4096; ++length)
    messages.push_back(Bytes(bytes).subspan(length % 3, length));  // odd addresses too
  std::vector<Digest> digests(messages.size());
  GetParam()->digest(messages, digests);
  for (size_t i = 0; i < messages.size(); ++i) {
    ASSERT_EQ(digests[i].hex(), openssl_digest(messages[i]).hex()) << "length " << i;
    ASSERT_EQ(digests[i].hex(), hex(messages[i])) << "alone, length " << i;
  }
}

TEST_P(Sha256PathTest, EqualsOpenSslOnRandomBatchesOfUnequalLengths) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  const std::vector<uint8_t> bytes = random_bytes(70000, random);
  for (int round = 0; round < 200; ++round) {
    std::vector<Bytes> messages(random() % 20);
    for (Bytes& message : messages) {
      const size_t limit = size_t{1} << (random() % 17);
      const size_t length = random() % (limit + 1);
      message = Bytes(bytes).subspan(random() % (bytes.size() - length), length);
    }
    std::vector<Digest> digests(messages.size());
    GetParam()->digest(messages, digests);
    for (size_t i = 0; i < messages.size(); ++i)
      ASSERT_EQ(digests[i].hex(), openssl_digest(messages[i]).hex())
          << "message " << i << " of " << messages.size();
  }
}

TEST_P(Sha256PathTest, GivesEqualMessagesEqualDigestsWhateverTheirLane) {
  const std::vector<uint8_t> bytes(1000, 0x5a);
  const std::vector<Bytes> messages(7, Bytes(bytes));
  std::vector<Digest> digests(messages.size());
  GetParam()->digest(messages, digests);
  for (const Digest& digest : digests) EXPECT_EQ(digest.hex(), openssl_digest(bytes).hex());
}

INSTANTIATE_TEST_SUITE_P(, Sha256PathTest, testing::ValuesIn(sha256_paths().begin(), sha256_paths().end()),
                         [](const auto& path) {
                           std::string name(path.param->name());
                           std::erase(name, '-');
                           return name;
                         });

TEST(Sha256Test, EndsItsListWithTheReferenceWhichEveryCpuSupports) {
  EXPECT_EQ(sha256_paths().back()->name(), "reference");
  EXPECT_TRUE(sha256_paths().back()->supported());
}

TEST(Sha256Test, TakesTheFirstSupportedPathUntilOneIsForced) {
  const Sha256Path* first = nullptr;
  for (const Sha256Path* path : sha256_paths()) {
    if (first == nullptr && path->supported()) first = path;
  }
  EXPECT_EQ(&sha256_path(), first);
  EXPECT_TRUE(force_sha256_path("reference"));
  EXPECT_EQ(sha256_path().name(), "reference");
  EXPECT_EQ(sha256(as_bytes("abc")).hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_TRUE(force_sha256_path(first->name()));
}

TEST(Sha256Test, RefusesAPathThatDoesNotExist) {
  const Sha256Path& before = sha256_path();
  EXPECT_FALSE(force_sha256_path("sha-3"));
  EXPECT_EQ(&sha256_path(), &before);
}

TEST(Sha256DeathTest, StopsWhereThereAreFewerDigestsThanMessages) {
  const std::vector<Bytes> messages(2);
  std::vector<Digest> digests(1);
  for (const Sha256Path* path : sha256_paths()) {
    if (!path->supported()) continue;
    EXPECT_DEATH(path->digest(messages, digests), "internal error");
  }
}

}  // namespace
}  // namespace penstock
