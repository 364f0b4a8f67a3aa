// SPDX-License-Identifier: Apache-2.0
#include "dag/unixfs.h"

#include <optional>

#include "base/limits.h"
#include "dag/varint.h"

namespace penstock {
namespace {

// Field numbers of the message, and protobuf's wire types.
enum Field : uint64_t { kType = 1, kData, kFilesize, kBlocksizes, kHashType, kFanout, kMode, kMtime };
enum Wire : uint8_t { kVarint = 0, kLengthDelimited = 2 };

uint8_t tag_of(Field field, Wire wire) {
  return static_cast<uint8_t>(field << 3 | wire);
}

Failure malformed(std::string why) {
  return fail(Errc::corrupt, "UnixFS data", std::move(why));
}

// Decodes one message, field after field.
class Decoder {
 public:
  explicit Decoder(Bytes message) : rest_(message) {}

  Result<UnixfsData> decode() {
    while (!rest_.empty()) {
      const auto tag = take_varint(rest_);
      if (!tag || *tag >> 3 < kType || *tag >> 3 > kMtime) return malformed("a field that is unknown");
      PENSTOCK_TRY(take_field(static_cast<Field>(*tag >> 3), *tag & 7));
    }
    if (!seen(kType)) return malformed("it has no type");
    PENSTOCK_TRY(check_sizes());
    return std::move(out_);
  }

 private:
  bool seen(Field field) const { return (seen_ >> field & 1) != 0; }

  Status take_field(Field field, uint64_t wire) {
    if (field != kBlocksizes && seen(field)) return malformed("a field that stands twice");
    seen_ |= 1u << field;
    if (wire == kLengthDelimited) return take_bytes_field(field);
    if (wire == kVarint) return take_number_field(field);
    return malformed("a field of a wrong wire type");
  }

  Status take_bytes_field(Field field) {
    auto bytes = take_delimited(rest_);
    if (!bytes) return malformed("a field that is cut off");
    if (field == kData) {
      out_.data = *bytes;
    } else if (field == kBlocksizes) {
      while (!bytes->empty()) {
        const auto size = take_varint(*bytes);
        if (!size) return malformed("a block size is malformed");
        out_.block_bytes.push_back(*size);
      }
    } else if (field != kMtime) {
      return malformed("a field of a wrong wire type");
    }
    return {};
  }

  Status take_number_field(Field field) {
    const auto number = take_varint(rest_);
    if (!number) return malformed("a number is malformed");
    switch (field) {
      case kType:
        if (*number > static_cast<uint64_t>(UnixfsType::hamt_shard)) return malformed("its type is unknown");
        out_.type = static_cast<UnixfsType>(*number);
        return {};
      case kFilesize:
        out_.file_bytes = *number;
        return {};
      case kBlocksizes:
        out_.block_bytes.push_back(*number);
        return {};
      case kHashType:
        out_.hash_type = *number;
        return {};
      case kFanout:
        out_.fanout = *number;
        return {};
      case kMode:
        return {};
      default:
        return malformed("a field of a wrong wire type");
    }
  }

  Status check_sizes() {
    if (out_.type != UnixfsType::raw && out_.type != UnixfsType::file) {
      if (!out_.block_bytes.empty()) return malformed("block sizes in what is no file");
      return {};
    }
    uint64_t sum = out_.data.size();
    for (const uint64_t bytes : out_.block_bytes) {
      if (bytes > kFileBytesMax - sum)
        return malformed("its block sizes add up to more than a file can have");
      sum += bytes;
    }
    if (seen(kFilesize) && out_.file_bytes != sum)
      return malformed("its file size is not the sum of its block sizes");
    out_.file_bytes = sum;
    return {};
  }

  Bytes rest_;
  UnixfsData out_;
  uint32_t seen_ = 0;
};

}  // namespace

Result<UnixfsData> decode_unixfs(Bytes message) {
  return Decoder(message).decode();
}

std::vector<uint8_t> encode_unixfs(const UnixfsData& message) {
  std::vector<uint8_t> out;
  out.reserve(32 + message.data.size() + message.block_bytes.size() * 4);
  const auto number = [&](Field field, uint64_t value) {
    out.push_back(tag_of(field, kVarint));
    append_varint(out, value);
  };
  number(kType, static_cast<uint64_t>(message.type));
  if (!message.data.empty()) {
    out.push_back(tag_of(kData, kLengthDelimited));
    append_varint(out, message.data.size());
    out.insert(out.end(), message.data.begin(), message.data.end());
  }
  if (message.type == UnixfsType::raw || message.type == UnixfsType::file)
    number(kFilesize, message.file_bytes);
  for (const uint64_t bytes : message.block_bytes) number(kBlocksizes, bytes);
  if (message.hash_type != 0) number(kHashType, message.hash_type);
  if (message.fanout != 0) number(kFanout, message.fanout);
  return out;
}

}  // namespace penstock
