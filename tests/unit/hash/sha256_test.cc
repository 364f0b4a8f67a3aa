// SPDX-License-Identifier: Apache-2.0
#include "hash/sha256.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "base/check.h"
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

  static std::string hex_alone(Bytes message) {
    Digest digest;
    GetParam()->digest({&message, 1}, {&digest, 1});
    return digest.hex();
  }

  // More copies at once than any path has lanes.
  static std::string hex(Bytes message) {
    const std::string alone = hex_alone(message);
    const std::vector<Bytes> copies(17, message);
    std::vector<Digest> digests(copies.size());
    GetParam()->digest(copies, digests);
    for (const Digest& digest : digests) EXPECT_EQ(digest.hex(), alone);
    return alone;
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

nlohmann::json cavp_vectors() {
  const char* const source = std::getenv("PENSTOCK_SOURCE_DIR");
  PENSTOCK_CHECK(source != nullptr && "run through ctest, or set PENSTOCK_SOURCE_DIR to the source tree");
  return nlohmann::json::parse(std::ifstream(std::string(source) + "/tests/vectors/sha256.json"));
}

std::vector<uint8_t> from_hex(const std::string& hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

TEST_P(Sha256PathTest, MeetsVectorsOfCavp) {
  const nlohmann::json vectors = cavp_vectors();
  ASSERT_EQ(vectors["messages"].size(), 13u);
  for (const nlohmann::json& vector : vectors["messages"]) {
    const std::vector<uint8_t> message = from_hex(vector["message"]);
    EXPECT_EQ(hex(message), vector["digest"]) << message.size() << " bytes";
  }
}

// SHAVS, 6.4: each digest is that of the three before it, a thousand times, a hundred times over. Four chains
// at once, so that paths with lanes use them.
TEST_P(Sha256PathTest, MeetsTheMonteCarloTestOfCavp) {
  const nlohmann::json expected = cavp_vectors()["monte_carlo"];
  std::array<std::array<uint8_t, 96>, 4> last_three;
  std::vector<Bytes> messages(last_three.begin(), last_three.end());
  std::vector<Digest> digests(messages.size());
  const std::vector<uint8_t> seed = from_hex(expected["seed"]);
  for (Digest& digest : digests) std::copy(seed.begin(), seed.end(), digest.bytes.begin());
  for (int count = 0; count < 100; ++count) {
    for (size_t chain = 0; chain < digests.size(); ++chain) {
      for (size_t i = 0; i < 3; ++i)
        std::copy_n(digests[chain].bytes.begin(), 32, last_three[chain].begin() + 32 * i);
    }
    for (int i = 3; i < 1003; ++i) {
      GetParam()->digest(messages, digests);
      for (size_t chain = 0; chain < digests.size(); ++chain) {
        auto& message = last_three[chain];
        std::copy(message.begin() + 32, message.end(), message.begin());
        std::copy_n(digests[chain].bytes.begin(), 32, message.begin() + 64);
      }
    }
    if (count != 0 && count != 99) continue;
    for (const Digest& digest : digests)
      ASSERT_EQ(digest.hex(), expected[count == 0 ? "count_0" : "count_99"]);
  }
}

TEST_P(Sha256PathTest, EqualsOpenSslAtEveryLengthTo4096) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  const std::vector<uint8_t> bytes = random_bytes(4096 + 3, random);
  std::vector<Bytes> messages;
  for (size_t length = 0; length <= 4096; ++length)
    messages.push_back(Bytes(bytes).subspan(length % 3, length));  // odd addresses too
  std::vector<Digest> digests(messages.size());
  GetParam()->digest(messages, digests);
  for (size_t i = 0; i < messages.size(); ++i) {
    ASSERT_EQ(digests[i].hex(), openssl_digest(messages[i]).hex()) << "length " << i;
    ASSERT_EQ(digests[i].hex(), hex_alone(messages[i])) << "alone, length " << i;
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

TEST_P(Sha256PathTest, TakesNoMessagesAtAll) {
  GetParam()->digest({}, {});
}

TEST_P(Sha256PathTest, EqualsOpenSslOnEveryNumberOfMessagesToTwiceItsLanes) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  const std::vector<uint8_t> bytes = random_bytes(4000, random);
  for (size_t count = 1; count <= 32; ++count) {
    std::vector<Bytes> messages(count);
    for (Bytes& message : messages) message = Bytes(bytes).subspan(random() % 2000, random() % 2000);
    std::vector<Digest> digests(count);
    GetParam()->digest(messages, digests);
    for (size_t i = 0; i < count; ++i)
      ASSERT_EQ(digests[i].hex(), openssl_digest(messages[i]).hex()) << "message " << i << " of " << count;
  }
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
