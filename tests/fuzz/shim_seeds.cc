// SPDX-License-Identifier: Apache-2.0
// Calls as XRT's software emulation makes them, encoded here: protobuf need not be installed.
#include <cstdint>
#include <initializer_list>
#include <string>

#include "base/bytes.h"
#include "fuzz/corpus_writer.h"

namespace penstock {
namespace {

constexpr uint64_t kBankBytes = uint64_t{16} << 30;
constexpr uint64_t kAnswers = 2 * kBankBytes;
constexpr uint64_t kDescribe = 0x1800000;
constexpr uint64_t kDigest = 0x1810000;

std::string varint(uint64_t value) {
  std::string text;
  for (; value >= 128; value >>= 7) text += static_cast<char>(value | 128);
  return text + static_cast<char>(value);
}
std::string number(uint32_t field, uint64_t value) {
  return varint(field << 3) + varint(value);
}
std::string content(uint32_t field, const std::string& bytes) {
  return varint(field << 3 | 2) + varint(bytes.size()) + bytes;
}
std::string little_endian(uint64_t value, size_t bytes) {
  std::string text;
  for (size_t i = 0; i < bytes; ++i) text += static_cast<char>(i < 8 ? value >> (8 * i) : 0);
  return text;
}

std::string call(uint32_t which, const std::string& body) {
  return "\x09" + little_endian(body.size(), 8) + "\x15" + little_endian(which, 4) + body;
}
std::string allocate(uint64_t address, uint64_t bytes) {
  return call(4, number(1, address) + number(2, bytes));
}
std::string write_to_card(uint64_t address, const std::string& bytes) {
  return call(6, number(3, address) + content(4, bytes) + number(5, bytes.size()));
}
std::string read_from_card(uint64_t address, uint64_t bytes) {
  return call(7, number(4, address) + number(5, bytes));
}
std::string launch(uint64_t base, std::initializer_list<uint64_t> arguments) {
  std::string registers = little_endian(1, 16);
  for (const uint64_t argument : arguments) registers += little_endian(argument, 12);
  return call(9, number(2, base) + number(3, registers.size()) + content(4, registers));
}
std::string control(uint64_t base) {
  return call(11, number(2, base) + number(3, 4));
}

// DIGEST of one extent of a word, one chunk.
std::string request() {
  return little_endian(0x31514e50, 4) + little_endian(1, 2) + little_endian(1, 2) + little_endian(7, 4) +
         little_endian(1, 4) + little_endian(1, 4) + little_endian(128, 4) + little_endian(64, 4) +
         little_endian(0, 2) + little_endian(0x12, 2) + little_endian(64, 8) +
         little_endian(0, 24) +  // header
         little_endian(5, 16) + little_endian(64, 4) + little_endian(0, 4) +
         little_endian(1, 40) +                       // submission
         little_endian(0, 4) + little_endian(64, 4);  // chunk
}

}  // namespace

void write_shim_seeds(CorpusWriter& corpus) {
  const std::string open = call(1, number(3, 0)) + call(28, "") + call(3, "");
  const std::string describe = allocate(kAnswers, 4096) + launch(kDescribe, {kAnswers}) + control(kDescribe);
  const std::string digest = allocate(0, 256) + allocate(kBankBytes, 64) + allocate(kAnswers, 128) +
                             write_to_card(0, request()) + write_to_card(kBankBytes, std::string(64, 'x')) +
                             launch(kDigest, {0, kBankBytes, kAnswers}) + control(kDigest) +
                             read_from_card(kAnswers, 128) + call(5, number(1, kAnswers));
  corpus.write("shim_call", "describe", as_bytes(open + describe));
  corpus.write("shim_call", "digest", as_bytes(open + digest + call(1, number(3, 1))));
}

}  // namespace penstock
