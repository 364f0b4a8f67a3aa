// SPDX-License-Identifier: Apache-2.0
#include "fault/small_batches.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/limits.h"

namespace penstock {
namespace {

constexpr size_t kBatchBytesMin = 4 << 10;
constexpr size_t kBatchBytesMax = 64 << 10;

class MemorySource final : public Source {
 public:
  explicit MemorySource(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}

  Result<ReadResult> read(MutableBytes into) override {
    const size_t part = std::min(into.size(), bytes_.size() - at_);
    if (part > 0) std::memcpy(into.data(), bytes_.data() + at_, part);
    at_ += part;
    return ReadResult{part, 0};
  }
  std::string changed() override { return {}; }

 private:
  std::vector<uint8_t> bytes_;
  size_t at_ = 0;
};

}  // namespace

SmallBatches::SmallBatches(uint64_t seed, size_t batches) : random_(seed), batches_(batches) {}

Result<std::optional<Entry>> SmallBatches::next() {
  if (!begun_) {
    begun_ = true;
    return Entry{.kind = Entry::Kind::directory_begin, .name = "top"};
  }
  if (files_ == 2 * batches_) {
    if (std::exchange(ended_, true)) return std::optional<Entry>();
    return Entry{.kind = Entry::Kind::directory_end};
  }
  if (files_ % 2 == 0) {
    const size_t bytes = random_.between(kBatchBytesMin, kBatchBytesMax);
    const size_t first = random_.between(1, bytes - 1);
    bytes_left_ = bytes - first;
    room_left_ = kFrameBytesAim - first;
    return file(first, 0);
  }
  return file(bytes_left_, room_left_);
}

// In stream order where nothing is announced.
Entry SmallBatches::file(size_t bytes, uint64_t size_hint) {
  const std::string name = std::to_string(100'000 + files_++);
  return Entry{.kind = Entry::Kind::file,
               .name = name,
               .path = name,
               .source = std::make_unique<MemorySource>(content(bytes)),
               .size_hint = size_hint};
}

// The beginning of one of many streams; some begin more than one file.
std::vector<uint8_t> SmallBatches::content(size_t bytes) {
  constexpr double kRepeated = 0.1;
  constexpr double kNoise = 0.1;
  if (files_ == 1 || !random_.chance(kRepeated)) stream_ = random_.next();
  SeededRandom stream(stream_);
  const bool noise = stream.chance(kNoise);
  std::vector<uint8_t> all(bytes);
  stream.fill(all);
  if (noise) return all;
  for (uint8_t& byte : all) byte = static_cast<uint8_t>('a' + byte % 8);
  return all;
}

}  // namespace penstock
