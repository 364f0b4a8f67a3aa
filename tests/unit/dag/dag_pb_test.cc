// SPDX-License-Identifier: Apache-2.0
#include "dag/dag_pb.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace penstock {
namespace {

const Cid kChild = cid_of(Multicodec::raw, as_bytes("child"));

std::vector<uint8_t> node_of(const std::vector<PbLink>& links, std::string_view data) {
  std::vector<uint8_t> block;
  for (const PbLink& link : links) append_pb_link(block, link.cid, link.name, link.dag_bytes);
  append_pb_data(block, as_bytes(data));
  return block;
}

// A message's field with a length, of less than 128 bytes.
std::string field(uint8_t tag, const std::string& bytes) {
  return std::string{static_cast<char>(tag), static_cast<char>(bytes.size())} + bytes;
}

std::string hash_field() {
  const auto binary = kChild.binary();
  return field(0x0a, std::string(as_text(binary)));
}

TEST(DagPbTest, ReadsWhatItWrites) {
  const std::vector<PbLink> links = {{kChild, "", 5},
                                     {kChild, "name", 1 << 20},
                                     {cid_of(Multicodec::dag_pb, {}), std::string_view("\xff/\0", 3), 0}};
  const auto block = node_of(links, "data");
  const auto node = PbNode::decode(block);
  ASSERT_TRUE(node) << node.error().message();
  EXPECT_EQ(node->link_count(), links.size());
  EXPECT_EQ(as_text(node->data().value()), "data");
  size_t i = 0;
  for (const PbLink& link : *node) {
    EXPECT_EQ(link.cid, links[i].cid);
    EXPECT_EQ(link.name, links[i].name);
    EXPECT_EQ(link.dag_bytes, links[i].dag_bytes);
    ++i;
  }
  EXPECT_EQ(i, links.size());
}

TEST(DagPbTest, KnowsHowLongALinkWillBe) {
  for (const size_t name_bytes : {0, 1, 77, 79, 80, 90, 127, 128, 4096}) {
    for (const uint64_t dag_bytes : {uint64_t{0}, uint64_t{127}, uint64_t{128}, ~uint64_t{0}}) {
      std::vector<uint8_t> block;
      append_pb_link(block, kChild, std::string(name_bytes, 'n'), dag_bytes);
      EXPECT_EQ(block.size(), pb_link_bytes(name_bytes, dag_bytes));
    }
  }
}

TEST(DagPbTest, TakesNodesWithoutDataNameOrTsize) {
  const std::string block = field(0x12, hash_field());
  const auto node = PbNode::decode(as_bytes(block));
  ASSERT_TRUE(node);
  EXPECT_FALSE(node->data());
  EXPECT_EQ(node->begin()->name, "");
  EXPECT_EQ(node->begin()->dag_bytes, 0u);
  EXPECT_TRUE(PbNode::decode({}));
}

TEST(DagPbTest, TakesALinkToVersion0AsItsVersion1Twin) {
  const Cid twin = cid_of(Multicodec::dag_pb, as_bytes("old"));
  const std::string hash = "\x12\x20" + std::string(as_text(twin.digest.bytes));
  const std::string block = field(0x12, field(0x0a, hash));
  const auto node = PbNode::decode(as_bytes(block));
  ASSERT_TRUE(node);
  EXPECT_EQ(node->begin()->cid, twin);
}

TEST(DagPbTest, RefusesWhatIsNotCanonical) {
  const std::string link = field(0x12, hash_field());
  const std::string data = field(0x0a, "d");
  const std::pair<const char*, std::string> cases[] = {
      {"data before links", data + link},
      {"data twice", data + data},
      {"unknown field", field(0x1a, "x")},
      {"field 1 as varint", std::string("\x08\x01", 2)},
      {"links as varint", std::string("\x10\x01", 2)},
      {"link without hash", field(0x12, field(0x12, "n"))},
      {"name before hash", field(0x12, field(0x12, "n") + hash_field())},
      {"Tsize before name", field(0x12, hash_field() + std::string("\x18\x01", 2) + field(0x12, "n"))},
      {"name twice", field(0x12, hash_field() + field(0x12, "n") + field(0x12, "n"))},
      {"unknown field in a link", field(0x12, hash_field() + field(0x22, "n"))},
      {"Tsize not shortest", field(0x12, hash_field() + std::string("\x18\x81\x00", 3))},
      {"length not shortest", std::string("\x0a\x81\x00", 3) + "d"},
      {"length beyond the end", std::string("\x0a\x05", 2) + "d"},
      {"length of 2^64 - 1", std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11)},
      {"hash of another function",
       field(0x12, field(0x0a, std::string("\x01\x55\x13\x20", 4) + std::string(32, 'h')))},
      {"empty hash", field(0x12, field(0x0a, ""))},
      {"tag without anything", "\x12"}};
  for (const auto& [what, block] : cases) {
    const auto node = PbNode::decode(as_bytes(block));
    ASSERT_FALSE(node) << what;
    EXPECT_EQ(node.error().code, Errc::corrupt) << what;
  }
}

TEST(DagPbTest, RefusesEveryCutOfANode) {
  const auto block = node_of({{kChild, "name", 300}}, "data");
  const size_t data_begins = block.size() - 6;
  for (size_t bytes = 1; bytes < block.size(); ++bytes) {
    const bool whole_link = bytes == data_begins;
    EXPECT_EQ(PbNode::decode(Bytes(block).first(bytes)).has_value(), whole_link) << bytes;
  }
}

}  // namespace
}  // namespace penstock
