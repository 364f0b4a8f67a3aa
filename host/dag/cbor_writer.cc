// SPDX-License-Identifier: Apache-2.0
#include "dag/cbor_writer.h"

namespace penstock {
namespace {

// RFC 8949 section 3: major types, in the upper three bits of an item's first byte.
constexpr unsigned kNatural = 0;
constexpr unsigned kNegative = 1;
constexpr unsigned kBytes = 2;
constexpr unsigned kText = 3;
constexpr unsigned kArray = 4;
constexpr unsigned kMap = 5;
constexpr unsigned kTag = 6;
constexpr uint64_t kLinkTag = 42;

unsigned width_log_of(uint64_t argument) {
  unsigned log = 0;
  while (log < 3 && argument >> (8U << log) != 0) ++log;
  return log;
}

}  // namespace

void CborWriter::head(unsigned major, uint64_t argument) {
  const unsigned lead = major << 5;
  if (argument < 24) {
    to_->push_back(static_cast<uint8_t>(lead | argument));
    return;
  }
  const unsigned width_log = width_log_of(argument);
  to_->push_back(static_cast<uint8_t>(lead | (24 + width_log)));
  for (size_t i = size_t{1} << width_log; i-- > 0;) to_->push_back(static_cast<uint8_t>(argument >> (8 * i)));
}

void CborWriter::natural(uint64_t value) {
  head(kNatural, value);
}

void CborWriter::integer(int64_t value) {
  if (value < 0) {
    head(kNegative, static_cast<uint64_t>(-1 - value));
  } else {
    head(kNatural, static_cast<uint64_t>(value));
  }
}

void CborWriter::boolean(bool value) {
  to_->push_back(value ? 0xf5 : 0xf4);
}

void CborWriter::null() {
  to_->push_back(0xf6);
}

void CborWriter::bytes(Bytes value) {
  head(kBytes, value.size());
  to_->insert(to_->end(), value.begin(), value.end());
}

void CborWriter::text(std::string_view value) {
  head(kText, value.size());
  to_->insert(to_->end(), value.begin(), value.end());
}

void CborWriter::link(const Cid& cid) {
  head(kTag, kLinkTag);
  head(kBytes, 1 + Cid::kBinaryBytes);
  to_->push_back(0);
  const auto binary = cid.binary();
  to_->insert(to_->end(), binary.begin(), binary.end());
}

void CborWriter::array(size_t items) {
  head(kArray, items);
}

void CborWriter::map(size_t fields) {
  head(kMap, fields);
}

size_t cbor_head_bytes(uint64_t argument) {
  return argument < 24 ? 1 : 1 + (size_t{1} << width_log_of(argument));
}

}  // namespace penstock
