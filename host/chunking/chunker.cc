// SPDX-License-Identifier: Apache-2.0
#include "chunking/chunker.h"

#include <variant>

#include "base/check.h"
#include "chunking/content_cutter.h"
#include "chunking/fixed_cutter.h"

namespace penstock {
namespace {

using Cutter = std::variant<ContentCutter, FixedCutter>;

Cutter cutter_for(const ChunkerSpec& spec) {
  if (spec.kind == ChunkerSpec::Kind::fixed) return FixedCutter(spec.max);
  return ContentCutter(spec);
}

}  // namespace

struct Chunker::State {
  ChunkerSpec spec;
  Cutter cutter;
  size_t left_over = 0;  // bytes of the last window that the next one begins with
};

Chunker::Chunker(ChunkerSpec spec) : state_(new State{spec, cutter_for(spec)}) {}
Chunker::~Chunker() = default;
Chunker::Chunker(Chunker&&) noexcept = default;
Chunker& Chunker::operator=(Chunker&&) noexcept = default;

void Chunker::reset() {
  state_->cutter = cutter_for(state_->spec);
  state_->left_over = 0;
}

size_t Chunker::scan(Bytes window, Tail tail, uint64_t zeros, std::vector<Piece>& pieces) {
  PENSTOCK_CHECK(window.size() >= state_->left_over);
  PENSTOCK_CHECK(tail == Tail::zeros ? zeros >= hole_bytes_min() : zeros == 0);
  const size_t taken = std::visit(
      [&](auto& cutter) {
        switch (tail) {
          case Tail::more:
            return cutter.scan(window, pieces);
          case Tail::zeros:
            return cutter.scan_to_hole(window, zeros, pieces);
          case Tail::end:
            break;
        }
        return cutter.scan_to_end(window, pieces);
      },
      state_->cutter);
  state_->left_over = window.size() - taken;
  return taken;
}

size_t Chunker::retained_max() const {
  return std::visit([](const auto& cutter) { return cutter.retained_max(); }, state_->cutter);
}

// Every piece has MIN bytes but the last, and those in front of zero runs, which have as many themselves.
size_t Chunker::pieces_max(size_t bytes) const {
  return 2 * (bytes / state_->spec.min + 1);
}

uint64_t Chunker::hole_bytes_min() const {
  return state_->spec.min;
}

uint64_t Chunker::hole_grain() const {
  return state_->spec.kind == ChunkerSpec::Kind::fixed ? state_->spec.max : 1;
}

const ChunkerSpec& Chunker::spec() const {
  return state_->spec;
}

}  // namespace penstock
