// SPDX-License-Identifier: Apache-2.0
#include "chunking/zero_finder.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "base/check.h"
#include "chunking/zero_bytes.h"

namespace penstock {

ZeroFinder::Run ZeroFinder::next(Bytes window) {
  constexpr size_t kProbe = sizeof(uint64_t);
  PENSTOCK_CHECK(zeros_end_ <= window.size());
  while (window.size() - settled_ >= run_bytes_min_) {
    // Whatever run begins in the next run_bytes_min_ - 7 bytes covers this whole word.
    const size_t probe = settled_ + run_bytes_min_ - kProbe;
    const auto word = load_le<uint64_t>(window.data() + probe);
    if (word != 0) {
      settled_ = probe + kProbe - static_cast<size_t>(std::countl_zero(word)) / 8;
      zeros_end_ = probe + kProbe;
      continue;
    }
    const size_t known = std::min(zeros_end_, probe);
    size_t begin = probe - trailing_zero_bytes(window.subspan(known, probe - known));
    if (begin == known) begin = settled_;
    const size_t searched = std::max(zeros_end_, probe + kProbe);
    const size_t end = searched + leading_zero_bytes(window.subspan(searched));
    settled_ = zeros_end_ = end;
    if (end - begin >= run_bytes_min_) return {begin, end};
    if (end == window.size()) {
      settled_ = begin;
      return {begin, begin};
    }
    settled_ = zeros_end_ = end + 1;
  }
  return unfinished(window);
}

// Too little is left for a whole run: only its trailing zeros stay open.
ZeroFinder::Run ZeroFinder::unfinished(Bytes window) {
  const size_t zeros = trailing_zero_bytes(window.subspan(zeros_end_));
  if (zeros < window.size() - zeros_end_) settled_ = window.size() - zeros;
  zeros_end_ = window.size();
  return {settled_, settled_};
}

void ZeroFinder::slide(size_t bytes) {
  PENSTOCK_CHECK(bytes <= settled_);
  settled_ -= bytes;
  zeros_end_ -= bytes;
}

}  // namespace penstock
