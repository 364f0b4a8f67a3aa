// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "ingest/entry_stream.h"

namespace penstock {

// Content made of stretches: bytes, or zeros that are handed out as a hole.
struct ScriptedContent {
  struct Stretch {
    std::vector<uint8_t> bytes;
    uint64_t hole = 0;
  };
  std::vector<Stretch> stretches;
  size_t read_max = SIZE_MAX;     // of one read; 0: random sizes
  uint64_t fail_at = UINT64_MAX;  // what lies at or behind this offset cannot be read
  std::string change;             // what changed() says
  std::atomic<uint64_t>* bytes_handed_out = nullptr;
  uint64_t size_hint = 0;  // of the entry

  uint64_t bytes() const {
    uint64_t sum = 0;
    for (const Stretch& stretch : stretches) sum += stretch.bytes.size() + stretch.hole;
    return sum;
  }

  static ScriptedContent of(std::vector<uint8_t> bytes) {
    ScriptedContent content;
    content.stretches.push_back({std::move(bytes), 0});
    return content;
  }
};

class ScriptedSource final : public Source {
 public:
  explicit ScriptedSource(ScriptedContent content) : content_(std::move(content)) {}

  Result<ReadResult> read(MutableBytes into) override {
    while (stretch_ < content_.stretches.size()) {
      const auto& stretch = content_.stretches[stretch_];
      if (stretch.hole == 0 && at_ == stretch.bytes.size()) {
        ++stretch_;
        at_ = 0;
        continue;
      }
      // Only where something is left: not everybody asks once more at the end.
      if (offset_ >= content_.fail_at) return fail(Errc::failed, "scripted", "input/output error");
      if (stretch.hole > 0) {
        ++stretch_;
        offset_ += stretch.hole;
        return ReadResult{0, stretch.hole};
      }
      size_t part = std::min(into.size(), stretch.bytes.size() - at_);
      part = std::min(part, content_.read_max == 0 ? 1 + random_() % 100'000 : content_.read_max);
      // Whether it fails must not depend on how it is read.
      part = std::min<uint64_t>(part, content_.fail_at - offset_);
      std::memcpy(into.data(), stretch.bytes.data() + at_, part);
      at_ += part;
      offset_ += part;
      if (content_.bytes_handed_out != nullptr) *content_.bytes_handed_out += part;
      return ReadResult{part, 0};
    }
    return ReadResult{};
  }

  std::string changed() override { return content_.change; }

 private:
  ScriptedContent content_;
  size_t stretch_ = 0;
  size_t at_ = 0;
  uint64_t offset_ = 0;
  // NOLINTNEXTLINE(cert-msc32-c,cert-msc51-cpp): read sizes, the same each time
  std::minstd_rand random_{7};
};

// Entries that a test lists.
class ScriptedEntries final : public EntryStream {
 public:
  ScriptedEntries& directory(std::string name) {
    return add({.kind = Entry::Kind::directory_begin, .name = std::move(name)});
  }
  ScriptedEntries& end() { return add({.kind = Entry::Kind::directory_end}); }
  ScriptedEntries& symlink(std::string name, std::string target) {
    return add({.kind = Entry::Kind::symlink, .name = std::move(name), .target = std::move(target)});
  }
  ScriptedEntries& file(const std::string& name, const ScriptedContent& content) {
    return add({.kind = Entry::Kind::file,
                .name = name,
                .path = name,
                .source = std::make_unique<ScriptedSource>(content),
                .size_hint = content.size_hint});
  }
  ScriptedEntries& unreadable(const std::string& name) {
    return add({.kind = Entry::Kind::unreadable,
                .name = name,
                .error = {Errc::partial, name, "permission denied", {}}});
  }

  Result<std::optional<Entry>> next() override {
    if (entries_.empty()) return std::optional<Entry>();
    std::optional<Entry> entry(std::move(entries_.front()));
    entries_.pop_front();
    return entry;
  }

 private:
  ScriptedEntries& add(Entry entry) {
    entries_.push_back(std::move(entry));
    return *this;
  }

  std::deque<Entry> entries_;
};

inline std::vector<uint8_t> random_bytes(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<uint8_t> bytes(count);
  for (size_t i = 0; i < count; i += sizeof(uint64_t)) {
    const uint64_t word = random();
    std::memcpy(bytes.data() + i, &word, std::min(sizeof(word), count - i));
  }
  return bytes;
}

}  // namespace penstock
