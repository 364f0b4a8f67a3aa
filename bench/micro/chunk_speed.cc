// SPDX-License-Identifier: Apache-2.0
// chunk_speed [ROUNDS] [FILE]: Chunker::scan, one thread, windows of 1 MiB in memory, against OpenSSL's
// SHA-256 of the same bytes in pieces of 64 KiB.
#include <fmt/core.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

#include "base/check.h"
#include "chunking/chunker.h"
#include "micro/alternating.h"

namespace {

using namespace penstock;

constexpr size_t kBytes = 16 << 20;

void cut(const ChunkerSpec& spec, Bytes stream, std::vector<Piece>& pieces) {
  constexpr size_t kWindow = 1 << 20;
  pieces.clear();
  Chunker chunker(spec);
  size_t begin = 0;
  size_t end = std::min(kWindow, stream.size());
  while (end < stream.size()) {
    begin += chunker.scan(stream.subspan(begin, end - begin), Tail::more, 0, pieces);
    end = std::min(std::max(end, begin) + kWindow, stream.size());
  }
  chunker.scan(stream.subspan(begin), Tail::end, 0, pieces);
}

void digest(Bytes stream) {
  constexpr size_t kPiece = 64 << 10;
  uint8_t digest[EVP_MAX_MD_SIZE];
  for (size_t at = 0; at < stream.size(); at += kPiece) {
    const Bytes piece = stream.subspan(at, std::min(kPiece, stream.size() - at));
    PENSTOCK_CHECK(EVP_Digest(piece.data(), piece.size(), digest, nullptr, EVP_sha256(), nullptr) == 1);
  }
}

void compare(const std::string& title, Bytes stream, int rounds) {
  std::vector<Piece> pieces;
  std::vector<bench::Contestant> contestants;
  contestants.push_back({"openssl, EVP", [&] { digest(stream); }});
  for (const char* text : {"cdc:16K:64K:256K", "cdc:2K:8K:64K", "cdc:64:256:1K", "fixed:64K"}) {
    const ChunkerSpec spec = *parse_chunker(text);
    contestants.push_back({text, [&, spec] { cut(spec, stream, pieces); }});
  }
  bench::print_speeds(title, contestants,
                      bench::time_alternating(contestants, static_cast<double>(stream.size()), rounds));
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? static_cast<int>(std::strtol(argv[1], nullptr, 10)) : 40;
  // The same data in every run: NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp)
  std::mt19937_64 random(1);
  std::vector<uint8_t> bytes(kBytes);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  compare("random", bytes, rounds);

  // Rows of zeros under every MIN but the smallest, as in tables and padded records.
  for (size_t at = 0; at + 1500 < bytes.size(); at += 2000 + random() % 1000)
    std::fill_n(bytes.begin() + static_cast<ptrdiff_t>(at), 500 + random() % 1000, uint8_t{0});
  compare("random with short rows of zeros", bytes, rounds);
  std::fill(bytes.begin(), bytes.end(), uint8_t{0});
  compare("zeros", bytes, rounds);

  if (argc > 2) {
    std::ifstream file(argv[2], std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    PENSTOCK_CHECK(!content.empty());
    compare(argv[2], as_bytes(content), rounds);
  }
}
