// SPDX-License-Identifier: Apache-2.0
#include "dag/cid.h"

#include <gtest/gtest.h>

#include "dag/multibase.h"
#include "dag/varint.h"

namespace penstock {
namespace {

// The empty raw block and the empty UnixFS directory, as every IPFS tool names them.
constexpr std::string_view kEmptyRaw = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
constexpr std::string_view kEmptyDirectory = "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354";
constexpr std::string_view kEmptyDirectoryV0 = "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn";

TEST(CidTest, PrintsAsOtherToolsDo) {
  EXPECT_EQ(cid_of(Multicodec::raw, {}).text(), kEmptyRaw);
  const uint8_t directory[] = {0x0a, 0x02, 0x08, 0x01};
  EXPECT_EQ(cid_of(Multicodec::dag_pb, directory).text(), kEmptyDirectory);
}

TEST(CidTest, ReadsWhatItPrints) {
  for (const Multicodec codec : {Multicodec::raw, Multicodec::dag_pb, Multicodec::dag_cbor}) {
    const Cid cid = cid_of(codec, as_bytes("some block"));
    EXPECT_EQ(parse_cid(cid.text()).value(), cid);
    EXPECT_EQ(parse_binary_cid(cid.binary()).value(), cid);
  }
}

TEST(CidTest, TakesVersion0AsItsVersion1Twin) {
  EXPECT_EQ(parse_cid(kEmptyDirectoryV0).value().text(), kEmptyDirectory);
}

TEST(CidTest, RefusesMalformedText) {
  const std::string good(kEmptyRaw);
  std::string upper = good;
  upper[10] = 'A';
  const std::string cases[] = {"", "b", "f00", "hello", good.substr(0, good.size() - 1), good + "a",
                               " " + good, upper, "B" + good.substr(1),
                               // The last letter carries four bits of padding; another one there would be a
                               // second name of the same CID.
                               good.substr(0, good.size() - 1) + "v",
                               std::string(kEmptyDirectoryV0.substr(0, 45)) + "0",
                               std::string(kEmptyDirectoryV0.substr(0, 45)), "Qm" + std::string(44, 'z')};
  for (const std::string& text : cases) {
    const auto cid = parse_cid(text);
    ASSERT_FALSE(cid) << text;
    EXPECT_EQ(cid.error().code, Errc::usage) << text;
  }
}

TEST(CidTest, RefusesOtherCodecsHashesAndVersions) {
  const auto good = cid_of(Multicodec::raw, {}).binary();
  const auto with = [&](size_t at, uint8_t value) {
    std::vector<uint8_t> bytes(good.begin(), good.end());
    bytes[at] = value;
    return bytes;
  };
  EXPECT_EQ(parse_binary_cid(with(0, 2)).error().code, Errc::corrupt);
  EXPECT_FALSE(parse_binary_cid(with(1, 0x51)));
  EXPECT_FALSE(parse_binary_cid(with(2, 0x13)));
  EXPECT_FALSE(parse_binary_cid(with(3, 31)));
  EXPECT_FALSE(parse_binary_cid(Bytes(good).first(35)));
  EXPECT_FALSE(parse_binary_cid({}));
  // Version 1 in two bytes: 0x81 0x00.
  std::vector<uint8_t> long_version(good.begin(), good.end());
  long_version[0] = 0x81;
  long_version.insert(long_version.begin() + 1, 0);
  EXPECT_FALSE(parse_binary_cid(long_version));
  EXPECT_EQ(parse_cid("b" + base32_text(with(1, 0x51))).error().code, Errc::usage);
}

TEST(CidTest, SaysInAnErrorWhatWasGivenWithoutItsControlCharacters) {
  const auto cid = parse_cid("\x1b[31mred");
  ASSERT_FALSE(cid);
  EXPECT_EQ(cid.error().what, "CID '?[31mred'");
}

TEST(VarintTest, ReadsWhatItWrites) {
  for (unsigned bits = 0; bits <= 64; ++bits) {
    const uint64_t value = bits == 0 ? 0 : ~uint64_t{0} >> (64 - bits);
    std::vector<uint8_t> bytes;
    append_varint(bytes, value);
    EXPECT_EQ(bytes.size(), varint_bytes(value));
    bytes.push_back(0x55);
    Bytes rest = bytes;
    EXPECT_EQ(take_varint(rest), value);
    EXPECT_EQ(rest.size(), 1u);
  }
}

TEST(VarintTest, RefusesCutOffOverlongAndTooLargeOnes) {
  const std::vector<uint8_t> cases[] = {{},
                                        {0x80},
                                        {0x80, 0x00},
                                        {0xff, 0x80, 0x00},
                                        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02},
                                        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0x00}};
  for (const auto& bytes : cases) {
    Bytes rest = bytes;
    EXPECT_FALSE(take_varint(rest));
    EXPECT_EQ(rest.size(), bytes.size());
  }
}

// RFC 4648 section 10, without padding and in lower case.
TEST(MultibaseTest, MeetsTheVectorsOfItsRfc) {
  const std::pair<std::string_view, std::string_view> cases[] = {{"", ""},
                                                                 {"f", "my"},
                                                                 {"fo", "mzxq"},
                                                                 {"foo", "mzxw6"},
                                                                 {"foob", "mzxw6yq"},
                                                                 {"fooba", "mzxw6ytb"},
                                                                 {"foobar", "mzxw6ytboi"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(base32_text(as_bytes(bytes)), text);
    EXPECT_EQ(as_text(base32_bytes(text).value()), bytes);
  }
  EXPECT_FALSE(base32_bytes("mz"));
  EXPECT_FALSE(base32_bytes("m"));
  EXPECT_FALSE(base32_bytes("mzxw6==="));
}

}  // namespace
}  // namespace penstock
