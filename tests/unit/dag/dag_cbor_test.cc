// SPDX-License-Identifier: Apache-2.0
#include "dag/dag_cbor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "unit/base/random_seed.h"

namespace penstock {
namespace {

std::vector<uint8_t> from_hex(std::string_view hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(std::stoul(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

// RFC 8949 appendix A, where dag-cbor allows them.
TEST(DagCborTest, MeetsTheVectorsOfItsRfc) {
  using Map = CborValue::Map;
  using Array = CborValue::Array;
  const std::pair<const char*, CborValue> cases[] = {
      {"00", {uint64_t{0}}},
      {"17", {uint64_t{23}}},
      {"1818", {uint64_t{24}}},
      {"18ff", {uint64_t{255}}},
      {"190100", {uint64_t{256}}},
      {"1903e8", {uint64_t{1000}}},
      {"1a000f4240", {uint64_t{1000000}}},
      {"1b000000e8d4a51000", {uint64_t{1000000000000}}},
      {"1bffffffffffffffff", {~uint64_t{0}}},
      {"20", {CborNegative{0}}},
      {"3863", {CborNegative{99}}},
      {"3bffffffffffffffff", {CborNegative{~uint64_t{0}}}},
      {"fb3ff199999999999a", {1.1}},
      {"fb7e37e43c8800759c", {1.0e+300}},
      {"f4", {false}},
      {"f5", {true}},
      {"f6", {}},
      {"4401020304", {CborValue::ByteString{1, 2, 3, 4}}},
      {"60", {std::string()}},
      {"6449455446", {std::string("IETF")}},
      {"62c3bc", {std::string("\xc3\xbc")}},
      {"80", {Array{}}},
      {"8301820203820405",
       {Array{{uint64_t{1}}, {Array{{uint64_t{2}}, {uint64_t{3}}}}, {Array{{uint64_t{4}}, {uint64_t{5}}}}}}},
      {"a0", {Map{}}},
      {"a26161016162820203", {Map{{"a", {uint64_t{1}}}, {"b", {Array{{uint64_t{2}}, {uint64_t{3}}}}}}}}};
  for (const auto& [hex, value] : cases) {
    const auto bytes = from_hex(hex);
    const auto decoded = decode_dag_cbor(bytes);
    ASSERT_TRUE(decoded) << hex << " " << decoded.error().message();
    EXPECT_EQ(*decoded, value) << hex;
    EXPECT_EQ(encode_dag_cbor(value).value(), bytes) << hex;
  }
}

TEST(DagCborTest, RefusesEverythingThatIsNotCanonical) {
  const std::pair<const char*, const char*> cases[] = {{"1817", "23 in two bytes"},
                                                       {"1900ff", "255 in three bytes"},
                                                       {"1a0000ffff", "65535 in five bytes"},
                                                       {"1b00000000ffffffff", "2^32 - 1 in nine bytes"},
                                                       {"3817", "-24 in two bytes"},
                                                       {"580101", "a byte string's length in two bytes"},
                                                       {"7801"
                                                        "61",
                                                        "a text's length in two bytes"},
                                                       {"9800", "an array's length in two bytes"},
                                                       {"b800", "a map's length in two bytes"},
                                                       {"1c", "reserved additional information"},
                                                       {"1f", "indefinite integer"},
                                                       {"5f41004100ff", "indefinite byte string"},
                                                       {"7f6161ff", "indefinite text"},
                                                       {"9f01ff", "indefinite array"},
                                                       {"bf616101ff", "indefinite map"},
                                                       {"ff", "break"},
                                                       {"f7", "undefined"},
                                                       {"f0", "another simple value"},
                                                       {"f820", "a simple value in two bytes"},
                                                       {"f93c00", "a float of 16 bits"},
                                                       {"fa3f800000", "a float of 32 bits"},
                                                       {"fb7ff0000000000000", "infinity"},
                                                       {"fbfff0000000000000", "negative infinity"},
                                                       {"fb7ff8000000000000", "not a number"},
                                                       {"a10102", "a key that is a number"},
                                                       {"a1410161", "a key that is a byte string"},
                                                       {"a2616201616102", "keys out of order"},
                                                       {"a262616101616202", "a longer key before a shorter"},
                                                       {"a2616101616102", "a key twice"},
                                                       {"61ff", "a text that is not UTF-8"},
                                                       {"a161ff01", "a key that is not UTF-8"},
                                                       {"c100", "tag 1"},
                                                       {"c001", "tag 0"},
                                                       {"d82a00", "a link that is a number"},
                                                       {"d82a4100", "a link of nothing"},
                                                       {"d82a40", "a link without its zero byte"},
                                                       {"d900"
                                                        "2a4100",
                                                        "tag 42 in three bytes"},
                                                       {"0000", "two items"},
                                                       {"", "nothing"},
                                                       {"18", "a number cut off"},
                                                       {"4401", "a byte string cut off"},
                                                       {"8201", "an array cut off"},
                                                       {"a16161", "a map cut off"},
                                                       {"9bffffffffffffffff", "an array of 2^64 - 1"},
                                                       {"bbffffffffffffffff", "a map of 2^64 - 1"},
                                                       {"5bffffffffffffffff", "a byte string of 2^64 - 1"}};
  for (const auto& [hex, what] : cases) {
    const auto decoded = decode_dag_cbor(from_hex(hex));
    ASSERT_FALSE(decoded) << what;
    EXPECT_EQ(decoded.error().code, Errc::corrupt) << what;
  }
}

TEST(DagCborTest, TakesLinksToOurBlocksAlone) {
  const Cid cid = cid_of(Multicodec::dag_pb, as_bytes("block"));
  auto block = encode_dag_cbor({cid}).value();
  EXPECT_EQ(decode_dag_cbor(block).value(), CborValue{cid});
  EXPECT_EQ(block.size(), 2 + 2 + 1 + Cid::kBinaryBytes);
  auto other = block;
  other[4] = 1;  // the byte that must be zero
  EXPECT_FALSE(decode_dag_cbor(other));
  other = block;
  other[6] = 0x51;  // another codec
  EXPECT_FALSE(decode_dag_cbor(other));
}

TEST(DagCborTest, TakesThirtyTwoLevelsAndRefusesOneMore) {
  CborValue value;
  for (unsigned level = 0; level < kCborDepthMax; ++level) value = CborValue{CborValue::Array{value}};
  const auto block = encode_dag_cbor(value);
  ASSERT_TRUE(block);
  EXPECT_EQ(decode_dag_cbor(*block).value(), value);
  EXPECT_EQ(encode_dag_cbor({CborValue::Array{value}}).error().code, Errc::usage);
  std::vector<uint8_t> deeper(block->size() + 1, 0x81);
  std::ranges::copy(*block, deeper.begin() + 1);
  EXPECT_EQ(decode_dag_cbor(deeper).error().code, Errc::corrupt);
  EXPECT_FALSE(decode_dag_cbor(std::vector<uint8_t>(1 << 20, 0x81)));
}

TEST(DagCborTest, EncodesNothingThatItWouldNotDecode) {
  EXPECT_EQ(encode_dag_cbor({std::numeric_limits<double>::infinity()}).error().code, Errc::usage);
  EXPECT_FALSE(encode_dag_cbor({std::nan("")}));
  EXPECT_FALSE(encode_dag_cbor({std::string("\xff")}));
  EXPECT_FALSE(encode_dag_cbor({CborValue::Map{{"a", {}}, {"a", {}}}}));
  EXPECT_FALSE(encode_dag_cbor({CborValue::Map{{"\xff", {}}}}));
}

TEST(DagCborTest, SortsMapsByLengthThenBytes) {
  const auto block = encode_dag_cbor({CborValue::Map{{"bb", {}}, {"c", {}}, {"aa", {}}, {"", {}}}}).value();
  EXPECT_EQ(block, from_hex("a460f66163f6626161f6626262f6"));
}

TEST(DagCborTest, DecodesNoBytesThatItWouldEncodeOtherwise) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  std::mt19937_64 random(seed);
  const auto good = encode_dag_cbor({CborValue::Map{{"a", {CborValue::Array{{uint64_t{300}}, {1.5}, {true}}}},
                                                    {"link", {cid_of(Multicodec::raw, {})}},
                                                    {"n", {CborNegative{70000}}},
                                                    {"bytes", {CborValue::ByteString{1, 2, 3}}}}})
                        .value();
  size_t decoded_count = 0;
  for (int round = 0; round < 200000; ++round) {
    auto bytes = good;
    for (size_t n = 1 + random() % 3; n-- > 0;)
      bytes[random() % bytes.size()] = static_cast<uint8_t>(random());
    const auto decoded = decode_dag_cbor(bytes);
    if (!decoded) continue;
    ++decoded_count;
    ASSERT_EQ(encode_dag_cbor(*decoded).value(), bytes);
  }
  EXPECT_GT(decoded_count, 0u);
}

}  // namespace
}  // namespace penstock
