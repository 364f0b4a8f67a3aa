// SPDX-License-Identifier: Apache-2.0
// hash_speed [ROUNDS]: every SHA-256 path that this CPU has, one thread, against OpenSSL's EVP interface, one
// message after the other. Batches of 2 MiB, as a frame has, but for the last: those of verify and put.
#include <fmt/core.h>
#include <openssl/evp.h>

#include <cmath>
#include <cstdlib>
#include <random>

#include "base/check.h"
#include "hash/sha256.h"
#include "micro/alternating.h"

namespace {

using namespace penstock;

std::vector<uint8_t> random_bytes(size_t count, std::mt19937_64& random) {
  std::vector<uint8_t> bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

// Splits bytes into messages of the lengths that `length` gives, in batches of at most `batch_bytes`.
template <class Length>
std::vector<std::vector<Bytes>> batches_of(Bytes bytes, size_t batch_bytes, Length length) {
  std::vector<std::vector<Bytes>> batches;
  while (!bytes.empty()) {
    Bytes batch = bytes.first(std::min(batch_bytes, bytes.size()));
    bytes = bytes.subspan(batch.size());
    batches.emplace_back();
    while (!batch.empty()) {
      const size_t taken = std::min<size_t>(length(), batch.size());
      batches.back().push_back(batch.first(taken));
      batch = batch.subspan(taken);
    }
  }
  return batches;
}

void compare(const std::string& title, const std::vector<std::vector<Bytes>>& batches, int rounds) {
  size_t bytes = 0;
  size_t count_max = 0;
  for (const auto& batch : batches) {
    count_max = std::max(count_max, batch.size());
    for (const Bytes message : batch) bytes += message.size();
  }
  std::vector<Digest> digests(count_max);
  std::vector<bench::Contestant> contestants;
  contestants.push_back({"openssl, EVP", [&] {
                           for (const auto& batch : batches) {
                             for (size_t i = 0; i < batch.size(); ++i)
                               PENSTOCK_CHECK(EVP_Digest(batch[i].data(), batch[i].size(),
                                                         digests[i].bytes.data(), nullptr, EVP_sha256(),
                                                         nullptr) == 1);
                           }
                         }});
  for (const Sha256Path* path : sha256_paths()) {
    if (!path->supported()) continue;
    contestants.push_back({std::string(path->name()), [&, path] {
                             for (const auto& batch : batches)
                               path->digest(batch, std::span(digests).first(batch.size()));
                           }});
  }
  bench::print_speeds(title, contestants,
                      bench::time_alternating(contestants, static_cast<double>(bytes), rounds));
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? static_cast<int>(std::strtol(argv[1], nullptr, 10)) : 60;
  // The same data in every run: NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp)
  std::mt19937_64 random(1);
  const std::vector<uint8_t> bytes = random_bytes(8 << 20, random);
  const auto fixed = [](size_t length) { return [length] { return length; }; };
  const auto uneven = [&] {  // the logarithm is uniform from 8 KiB to 1 MiB
    return static_cast<size_t>(std::exp2(std::uniform_real_distribution(13.0, 20.0)(random)));
  };
  compare("64 KiB each, 32 a batch", batches_of(bytes, 2 << 20, fixed(64 << 10)), rounds);
  compare("8 KiB to 1 MiB, 2 MiB a batch", batches_of(bytes, 2 << 20, uneven), rounds);
  compare("8 KiB to 1 MiB, one batch", batches_of(bytes, bytes.size(), uneven), rounds);
  compare("1 KiB each, 32 a batch", batches_of(bytes, 32 << 10, fixed(1 << 10)), rounds);
}
