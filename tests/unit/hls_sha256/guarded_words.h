// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "hls/datapath/words.h"

namespace penstock {

// Memory of a card for tests: words, zeros at first, between pages that nobody may touch; the last word ends
// where the page behind begins.
class GuardedWords {
 public:
  explicit GuardedWords(size_t words) : words_(words), mapped_bytes_(rounded_up(words * 64) + 2 * kPage) {
    void* mapped = mmap(nullptr, mapped_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) std::abort();
    mapped_ = static_cast<uint8_t*>(mapped);
    if (mprotect(mapped_ + kPage, mapped_bytes_ - 2 * kPage, PROT_READ | PROT_WRITE) != 0) std::abort();
  }
  GuardedWords(const GuardedWords&) = delete;
  GuardedWords& operator=(const GuardedWords&) = delete;
  ~GuardedWords() { munmap(mapped_, mapped_bytes_); }

  fabric::Word* words() { return reinterpret_cast<fabric::Word*>(bytes().data()); }
  std::span<uint8_t> bytes() { return {mapped_ + mapped_bytes_ - kPage - words_ * 64, words_ * 64}; }

 private:
  static constexpr size_t kPage = 4096;
  static size_t rounded_up(size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

  size_t words_;
  size_t mapped_bytes_;
  uint8_t* mapped_;
};

}  // namespace penstock
