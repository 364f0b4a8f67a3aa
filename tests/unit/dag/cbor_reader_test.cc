// SPDX-License-Identifier: Apache-2.0
#include "dag/cbor_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "dag/cbor_writer.h"
#include "dag/dag_cbor.h"
#include "unit/base/random_seed.h"

namespace penstock {
namespace {

using Random = std::mt19937_64;

// Values without floats, which CborReader does not have.
CborValue random_value(Random& random, unsigned depth) {
  const auto length = [&] { return random() % (random() % 16 == 0 ? 300 : 6); };
  switch (random() % (depth < 4 ? 9 : 7)) {
    case 0:
      return {};
    case 1:
      return {random() % 2 == 0};
    case 2:
      return {random() >> random() % 64};
    case 3:
      return {CborNegative{random() >> random() % 64}};
    case 4: {
      CborValue::ByteString bytes(length());
      for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
      return {std::move(bytes)};
    }
    case 5: {
      std::string text(length(), ' ');
      for (char& letter : text) letter = static_cast<char>('a' + random() % 26);
      return {std::move(text)};
    }
    case 6:
      return {cid_of(Multicodec::raw, as_bytes(std::to_string(random())))};
    case 7: {
      CborValue::Array items(length() % 6);
      for (CborValue& item : items) item = random_value(random, depth + 1);
      return {std::move(items)};
    }
    default: {
      CborValue::Map map;
      for (size_t i = random() % 6; i > 0; --i)
        map.push_back(
            {std::string(i, static_cast<char>('a' + random() % 26)), random_value(random, depth + 1)});
      std::reverse(map.begin(), map.end());
      return {std::move(map)};
    }
  }
}

// What decode_dag_cbor does, by the other reader.
Result<CborValue> take_value(CborReader& from) {
  using Kind = CborReader::Kind;
  switch (from.next()) {
    case Kind::natural: {
      PENSTOCK_TRY_ASSIGN(const uint64_t value, from.natural());
      return CborValue{value};
    }
    case Kind::negative: {
      PENSTOCK_TRY_ASSIGN(const int64_t value, from.integer());
      return CborValue{CborNegative{static_cast<uint64_t>(-1 - value)}};
    }
    case Kind::bytes: {
      PENSTOCK_TRY_ASSIGN(const Bytes bytes, from.bytes());
      return CborValue{CborValue::ByteString(bytes.begin(), bytes.end())};
    }
    case Kind::text: {
      PENSTOCK_TRY_ASSIGN(const std::string_view text, from.text());
      return CborValue{std::string(text)};
    }
    case Kind::link: {
      PENSTOCK_TRY_ASSIGN(const Cid cid, from.link());
      return CborValue{cid};
    }
    case Kind::null:
      from.take_null();
      return CborValue{};
    case Kind::boolean: {
      PENSTOCK_TRY_ASSIGN(const bool value, from.boolean());
      return CborValue{value};
    }
    case Kind::array: {
      CborValue::Array items;
      PENSTOCK_TRY_ASSIGN(size_t count, from.array());
      for (; count > 0; --count) {
        PENSTOCK_TRY_ASSIGN(CborValue item, take_value(from));
        items.push_back(std::move(item));
      }
      return CborValue{std::move(items)};
    }
    case Kind::map: {
      CborValue::Map map;
      PENSTOCK_TRY_ASSIGN(size_t count, from.map());
      std::string key;
      for (bool first = true; count > 0; --count, first = false) {
        PENSTOCK_TRY_ASSIGN(const std::string_view taken, first ? from.text() : from.key(key));
        key = taken;
        PENSTOCK_TRY_ASSIGN(CborValue item, take_value(from));
        map.push_back({key, std::move(item)});
      }
      return CborValue{std::move(map)};
    }
    case Kind::other:
      break;
  }
  return fail(Errc::corrupt, "item", "is none that the reader has");
}

Result<CborValue> read_all(Bytes block) {
  CborReader from(block);
  PENSTOCK_TRY_ASSIGN(CborValue value, take_value(from));
  PENSTOCK_TRY(from.end());
  return value;
}

bool fits_int64(const CborValue& value) {
  const auto* negative = value.as<CborNegative>();
  if (negative != nullptr) return negative->magnitude <= uint64_t{std::numeric_limits<int64_t>::max()};
  bool fits = value.as<double>() == nullptr;
  if (const auto* array = value.as<CborValue::Array>())
    for (const CborValue& item : *array) fits = fits && fits_int64(item);
  if (const auto* map = value.as<CborValue::Map>())
    for (const CborField& field : *map) fits = fits && fits_int64(field.value);
  return fits;
}

void write_value(CborWriter& to, const CborValue& value) {
  if (value.is_null()) to.null();
  if (const auto* item = value.as<bool>()) to.boolean(*item);
  if (const auto* item = value.as<uint64_t>()) to.natural(*item);
  if (const auto* item = value.as<CborNegative>()) to.integer(-1 - static_cast<int64_t>(item->magnitude));
  if (const auto* item = value.as<CborValue::ByteString>()) to.bytes(*item);
  if (const auto* item = value.as<std::string>()) to.text(*item);
  if (const auto* item = value.as<Cid>()) to.link(*item);
  if (const auto* items = value.as<CborValue::Array>()) {
    to.array(items->size());
    for (const CborValue& item : *items) write_value(to, item);
  }
  if (const auto* map = value.as<CborValue::Map>()) {
    to.map(map->size());
    for (const CborField& field : *map) {
      to.text(field.key);
      write_value(to, field.value);
    }
  }
}

TEST(CborReaderTest, AgreesWithTheDecoderOnWhatIsWhole) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  Random random(seed);
  for (int i = 0; i < 3000; ++i) {
    const CborValue value = random_value(random, 0);
    const auto block = encode_dag_cbor(value);
    ASSERT_TRUE(block);
    const auto decoded = decode_dag_cbor(*block);
    ASSERT_TRUE(decoded);
    if (!fits_int64(*decoded)) continue;
    const auto read = read_all(*block);
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(*read, *decoded);
    std::vector<uint8_t> written;
    CborWriter to(written);
    write_value(to, *decoded);
    EXPECT_EQ(written, *block);
  }
}

TEST(CborReaderTest, AgreesWithTheDecoderOnWhatIsDamaged) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  Random random(seed);
  size_t refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::vector<uint8_t> block = encode_dag_cbor(random_value(random, 2)).value();
    block[random() % block.size()] ^= static_cast<uint8_t>(1 + random() % 255);
    if (random() % 8 == 0) block.resize(random() % (block.size() + 1));
    const auto decoded = decode_dag_cbor(block);
    const auto read = read_all(block);
    refused += decoded ? 0 : 1;
    if (decoded && !fits_int64(*decoded)) continue;
    ASSERT_EQ(decoded.has_value(), read.has_value());
    if (decoded) {
      EXPECT_EQ(*read, *decoded);
    }
  }
  EXPECT_GT(refused, 1000U);
}

TEST(CborReaderTest, HoldsNumbersToTheirPlace) {
  std::vector<uint8_t> block;
  CborWriter to(block);
  to.natural(24);
  EXPECT_EQ(CborReader(block).natural(24).value(), 24U);
  EXPECT_FALSE(CborReader(block).natural(23));
  for (const int64_t value : {std::numeric_limits<int64_t>::min(), int64_t{-25}, int64_t{-1}, int64_t{0},
                              std::numeric_limits<int64_t>::max()}) {
    block.clear();
    to.integer(value);
    EXPECT_EQ(CborReader(block).integer().value(), value);
  }
  block.clear();
  to.natural(uint64_t{1} << 63);
  EXPECT_FALSE(CborReader(block).integer());
}

TEST(CborReaderTest, HeadsHaveTheBytesThatAreSaid) {
  for (const uint64_t value :
       {uint64_t{0}, uint64_t{23}, uint64_t{24}, uint64_t{255}, uint64_t{256}, uint64_t{65535},
        uint64_t{65536}, uint64_t{0xffffffff}, uint64_t{1} << 32, ~uint64_t{0}}) {
    std::vector<uint8_t> block;
    CborWriter to(block);
    to.natural(value);
    EXPECT_EQ(block.size(), cbor_head_bytes(value)) << value;
  }
}

}  // namespace
}  // namespace penstock
