// SPDX-License-Identifier: Apache-2.0
#include "dag/meta_entry.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "dag/cbor_writer.h"
#include "dag/dag_cbor.h"
#include "dag/scan_item.h"

namespace penstock {
namespace {

const Cid kList = cid_of(Multicodec::dag_cbor, as_bytes("list"));
const Cid kValue = cid_of(Multicodec::raw, as_bytes("value"));

MetaEntry file_entry() {
  return {.name = "file",
          .mode = kModeFile | 0644,
          .uid = 1000,
          .gid = 100,
          .mtime = {1'700'000'000, 5},
          .size = 7};
}

std::vector<uint8_t> encoded(const MetaEntry& entry) {
  std::vector<uint8_t> block;
  const Status appended = append_meta_entry(block, entry);
  EXPECT_TRUE(appended) << appended.error().message();
  return block;
}

Result<MetaEntry> decoded(Bytes block) {
  CborReader from(block);
  auto entry = take_meta_entry(from);
  if (entry) PENSTOCK_TRY(from.end());
  return entry;
}

TEST(MetaEntryTest, EveryKindComesBackAsItWas) {
  MetaEntry full = file_entry();
  full.hard_link = "top/a/first";
  full.xattrs = {{"system.posix_acl_access", std::vector<uint8_t>{2, 0, 0, 0}},
                 {"user.empty", std::vector<uint8_t>{}},
                 {"user.long", kValue}};
  const MetaEntry entries[] = {
      file_entry(),
      full,
      {.name = "d", .mode = kModeDirectory | 01777, .mtime = {-1, 999'999'999}, .list = kList},
      {.name = "l",
       .mode = kModeSymlink | 0777,
       .uid = kOwnerMax,
       .mtime = {std::numeric_limits<int64_t>::min(), 0}},
      {.name = "p", .mode = kModeFifo | 0600, .mtime = {std::numeric_limits<int64_t>::max(), 1}},
      {.name = "s", .mode = kModeSocket | 0755},
      {.name = "b", .mode = kModeBlockDevice | 0660, .device = DeviceNumber{8, 1}},
      {.name = "\xff\n", .mode = kModeCharacterDevice | 06755, .device = DeviceNumber{}},
  };
  for (const MetaEntry& entry : entries) {
    const auto block = encoded(entry);
    const auto again = decoded(block);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(*again, entry);
    EXPECT_TRUE(decode_dag_cbor(block)) << "it is one canonical item";
  }
}

TEST(MetaEntryTest, AUsualOneIsSmall) {
  EXPECT_LE(encoded(file_entry()).size(), 55U);
}

TEST(MetaEntryTest, RefusesWhatCannotBe) {
  using Change = std::function<void(MetaEntry&)>;
  const std::pair<const char*, Change> cases[] = {
      {"no name", [](MetaEntry& e) { e.name = ""; }},
      {"a path", [](MetaEntry& e) { e.name = "a/b"; }},
      {"dots", [](MetaEntry& e) { e.name = ".."; }},
      {"mode of 17 bits", [](MetaEntry& e) { e.mode = 0300644; }},
      {"mode without a kind", [](MetaEntry& e) { e.mode = 0644; }},
      {"no uid", [](MetaEntry& e) { e.uid = 0xffffffff; }},
      {"no gid", [](MetaEntry& e) { e.gid = 0xffffffff; }},
      {"nanoseconds", [](MetaEntry& e) { e.mtime.nanoseconds = 1'000'000'000; }},
      {"a file with a list", [](MetaEntry& e) { e.list = kList; }},
      {"a file with a device",
       [](MetaEntry& e) {
         e.device = DeviceNumber{1, 2};
       }},
      {"a device without a number", [](MetaEntry& e) { e.mode = kModeBlockDevice, e.size = 0; }},
      {"a directory without a list", [](MetaEntry& e) { e.mode = kModeDirectory, e.size = 0; }},
      {"a directory with a size", [](MetaEntry& e) { e.mode = kModeDirectory, e.list = kList; }},
      {"a list of raw bytes", [](MetaEntry& e) { e.mode = kModeDirectory, e.size = 0, e.list = kValue; }},
      {"a symlink with a size", [](MetaEntry& e) { e.mode = kModeSymlink | 0777; }},
      {"a hard link to a directory",
       [](MetaEntry& e) { e.mode = kModeDirectory, e.size = 0, e.list = kList, e.hard_link = "a"; }},
      {"a hard link out", [](MetaEntry& e) { e.hard_link = "a/../b"; }},
      {"an absolute hard link", [](MetaEntry& e) { e.hard_link = "/a"; }},
      {"a hard link with a slash behind", [](MetaEntry& e) { e.hard_link = "a/"; }},
      {"a hard link too long",
       [](MetaEntry& e) { e.hard_link = std::string(kHardLinkPathBytesMax - 1, 'a') + "/b"; }},
      {"an attribute without a name",
       [](MetaEntry& e) {
         e.xattrs = {{"", std::vector<uint8_t>{}}};
       }},
      {"an attribute's name too long",
       [](MetaEntry& e) {
         e.xattrs = {{std::string(256, 'a'), std::vector<uint8_t>{}}};
       }},
      {"attributes out of order",
       [](MetaEntry& e) {
         e.xattrs = {{"b", std::vector<uint8_t>{}}, {"a", std::vector<uint8_t>{}}};
       }},
      {"an attribute twice",
       [](MetaEntry& e) {
         e.xattrs = {{"a", std::vector<uint8_t>{}}, {"a", std::vector<uint8_t>{}}};
       }},
      {"a long value inline",
       [](MetaEntry& e) {
         e.xattrs = {{"a", std::vector<uint8_t>(257)}};
       }},
      {"a value that is no raw block",
       [](MetaEntry& e) {
         e.xattrs = {{"a", kList}};
       }},
  };
  for (const auto& [what, change] : cases) {
    MetaEntry entry = file_entry();
    change(entry);
    EXPECT_FALSE(meta_entry_fault(entry).empty()) << what;
    std::vector<uint8_t> block;
    EXPECT_FALSE(append_meta_entry(block, entry)) << what;
    EXPECT_TRUE(block.empty()) << what;
  }
}

TEST(MetaEntryTest, AttributesHaveALimitInAll) {
  MetaEntry entry = file_entry();
  const auto add = [&](size_t index, size_t bytes) {
    std::string name = "user." + std::to_string(100000 + index);
    entry.xattrs.push_back({std::move(name), std::vector<uint8_t>(bytes)});
  };
  size_t index = 0;
  while (meta_entry_fault(entry).empty()) add(index++, kXattrInlineBytesMax);
  entry.xattrs.pop_back();
  const size_t bytes = encoded(entry).size();
  EXPECT_LE(bytes, kXattrsBytesMax + 64);
  EXPECT_GT(bytes, kXattrsBytesMax - 512);
  EXPECT_EQ(*decoded(encoded(entry)), entry);
}

// An entry's map with one field replaced or added, in the order of keys.
std::vector<uint8_t> with_field(const std::string& key, const CborValue& value) {
  CborValue::Map map = *decode_dag_cbor(encoded(file_entry())).value().as<CborValue::Map>();
  std::erase_if(map, [&](const CborField& field) { return field.key == key; });
  map.push_back({key, value});
  return encode_dag_cbor({map}).value();
}

TEST(MetaEntryTest, RefusesDefaultsThatAreWrittenAndFieldsThatAreUnknown) {
  EXPECT_TRUE(decoded(with_field("g", {uint64_t{5}})));
  EXPECT_FALSE(decoded(with_field("g", {uint64_t{0}})));
  EXPECT_FALSE(decoded(with_field("u", {uint64_t{0}})));
  EXPECT_FALSE(decoded(with_field("s", {uint64_t{0}})));
  EXPECT_FALSE(decoded(with_field("a", {CborValue::Array{}})));
  EXPECT_FALSE(decoded(with_field("h", {CborValue::ByteString{}})));
  EXPECT_FALSE(decoded(with_field("x", {uint64_t{1}})));
  EXPECT_FALSE(decoded(with_field("mm", {uint64_t{1}})));
  EXPECT_FALSE(decoded(with_field("u", {uint64_t{0xffffffff}})));
  EXPECT_FALSE(decoded(with_field("m", {uint64_t{0200000}})));
  EXPECT_FALSE(decoded(with_field("l", {})));
}

TEST(MetaEntryTest, RefusesAnEntryThatLacksWhatAllHave) {
  for (const char* key : {"m", "n", "t"}) {
    CborValue::Map map = *decode_dag_cbor(encoded(file_entry())).value().as<CborValue::Map>();
    std::erase_if(map, [&](const CborField& field) { return field.key == key; });
    EXPECT_FALSE(decoded(encode_dag_cbor({map}).value())) << key;
  }
}

TEST(ScanItemTest, EveryFormComesBackAsItWas) {
  const ScanMark mark{.inode = ~uint64_t{0}, .ctime = {-5, 999'999'999}};
  for (const ScanItem& item :
       {ScanItem{}, ScanItem{mark, std::nullopt}, ScanItem{std::nullopt, kList}, ScanItem{mark, kList}}) {
    std::vector<uint8_t> block;
    append_scan_item(block, item);
    CborReader from(block);
    const auto again = take_scan_item(from);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(*again, item);
    EXPECT_TRUE(from.end());
  }
}

TEST(ScanItemTest, RefusesOtherForms) {
  const auto refused = [](const std::function<void(CborWriter&)>& write) {
    std::vector<uint8_t> block;
    CborWriter to(block);
    write(to);
    CborReader from(block);
    return !take_scan_item(from);
  };
  EXPECT_TRUE(refused([](CborWriter& to) { to.array(0); }));
  EXPECT_TRUE(refused([](CborWriter& to) { to.array(2), to.natural(1), to.natural(1); }));
  EXPECT_TRUE(
      refused([](CborWriter& to) { to.array(3), to.natural(1), to.natural(1), to.natural(1'000'000'000); }));
  EXPECT_TRUE(refused([](CborWriter& to) { to.array(1), to.link(kValue); }));
  EXPECT_TRUE(refused([](CborWriter& to) { to.boolean(true); }));
}

}  // namespace
}  // namespace penstock
