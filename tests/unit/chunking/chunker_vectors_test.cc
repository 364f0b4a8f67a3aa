// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/digest.h"
#include "unit/chunking/chunked_stream.h"

namespace penstock {
namespace {

std::string sha256_hex(std::string_view text) {
  Digest digest;
  SHA256(reinterpret_cast<const uint8_t*>(text.data()), text.size(), digest.bytes.data());
  return digest.hex();
}

void append_random(std::string& stream, const std::string& seed, size_t bytes) {
  const size_t end = stream.size() + bytes;
  for (uint64_t counter = 0; stream.size() < end; ++counter) {
    std::string message = seed + std::string(8, '\0');
    store_le(reinterpret_cast<uint8_t*>(message.data()) + seed.size(), counter);
    uint8_t block[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const uint8_t*>(message.data()), message.size(), block);
    stream.append(reinterpret_cast<const char*>(block), std::min(sizeof block, end - stream.size()));
  }
}

void append_repeated(std::string& stream, const std::string& hex, size_t bytes) {
  std::string pattern;
  for (size_t i = 0; i < hex.size(); i += 2)
    pattern.push_back(static_cast<char>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  const size_t end = stream.size() + bytes;
  stream.reserve(end);
  for (size_t i = 0; stream.size() < end; ++i) stream.push_back(pattern[i % pattern.size()]);
}

// The input that tests/vectors/chunker.py describes; nothing if a file it needs is not on this system.
std::optional<std::string> input_of(const nlohmann::json& parts) {
  std::string stream;
  for (const nlohmann::json& part : parts) {
    if (part.contains("random")) {
      append_random(stream, part["random"], part["bytes"]);
    } else if (part.contains("repeat")) {
      append_repeated(stream, part["repeat"], part["bytes"]);
    } else {
      std::ifstream file(part["file"].get<std::string>(), std::ios::binary);
      if (!file) return std::nullopt;
      const std::string content{std::istreambuf_iterator<char>(file), {}};
      for (int i = part["times"]; i > 0; --i) stream += content;
    }
  }
  return stream;
}

bool needs_a_file(const nlohmann::json& parts) {
  for (const nlohmann::json& part : parts)
    if (part.contains("file")) return true;
  return false;
}

std::vector<std::string> words_of(const std::vector<Piece>& pieces) {
  std::vector<std::string> words;
  for (const Piece& piece : pieces)
    words.push_back((piece.kind == Piece::Kind::zero_run ? "z" : "") + std::to_string(piece.length));
  return words;
}

std::string joined(const std::vector<std::string>& words, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += (i == 0 ? "" : " ") + words[i];
  return text;
}

void expect_cut(const nlohmann::json& cut, Bytes stream) {
  const std::vector<std::string> words = words_of(test::cut_whole(cut["spec"].get<std::string>(), stream));
  if (cut.contains("pieces")) {
    EXPECT_EQ(joined(words, words.size()), cut["pieces"]);
    return;
  }
  const std::string first = cut["first"];
  const auto first_count = static_cast<size_t>(1 + std::count(first.begin(), first.end(), ' '));
  ASSERT_GE(words.size(), first_count);
  EXPECT_EQ(joined(words, first_count), first);
  EXPECT_EQ(words.size(), cut["count"]);
  EXPECT_EQ(sha256_hex(joined(words, words.size())), cut["sha256"]);
}

TEST(ChunkerVectorsTest, CutsAsTheIndependentImplementationDoes) {
  const char* const source = std::getenv("PENSTOCK_SOURCE_DIR");
  ASSERT_NE(source, nullptr) << "run through ctest, or set PENSTOCK_SOURCE_DIR to the source tree";
  std::ifstream file(std::string(source) + "/tests/vectors/chunker.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  size_t checked = 0;
  for (const nlohmann::json& vector : vectors) {
    SCOPED_TRACE(vector["name"]);
    const std::optional<std::string> input = input_of(vector["parts"]);
    if (!input || sha256_hex(*input) != vector["sha256"]) {
      EXPECT_TRUE(needs_a_file(vector["parts"]))
          << "the input is not the one that the vectors were made from";
      std::cout << "not checked: '" << vector["name"].get<std::string>()
                << "': a file that it is made from is absent or another one on this system\n";
      continue;
    }
    for (const nlohmann::json& cut : vector["cuts"]) {
      SCOPED_TRACE(cut["spec"]);
      expect_cut(cut, as_bytes(*input));
      ++checked;
    }
  }
  EXPECT_GE(checked, 150u);
}

}  // namespace
}  // namespace penstock
