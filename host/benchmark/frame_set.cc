// SPDX-License-Identifier: Apache-2.0
#include "benchmark/frame_set.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "base/limits.h"
#include "chunking/chunker.h"
#include "hash/sha256.h"

namespace penstock {

void cut_stream(const ChunkerSpec& spec, Bytes stream, std::vector<Piece>& pieces) {
  pieces.clear();
  Chunker chunker(spec);
  for (bool ended = false; !ended;) {
    const Bytes window = stream.first(std::min<size_t>(stream.size(), kFrameBytesMax));
    ended = window.size() == stream.size();
    stream = stream.subspan(chunker.scan(window, ended ? Tail::end : Tail::more, 0, pieces));
  }
}

Result<FrameSet> FrameSet::build(const ChunkerSpec& spec, Bytes stream) {
  PENSTOCK_TRY_ASSIGN(Slab unique, Slab::map(stream.size()));
  FrameSet set(std::move(unique));
  std::vector<Piece> pieces;
  cut_stream(spec, stream, pieces);
  set.collect_chunks(stream, pieces);
  set.divide_into_batches();
  set.collect_frames();
  return set;
}

void FrameSet::collect_chunks(Bytes stream, std::span<const Piece> pieces) {
  for (const Piece& piece : pieces) {
    if (piece.kind == Piece::Kind::data) {
      chunks_.push_back(stream.first(piece.length));
      bytes_chunks_ += piece.length;
    } else {
      bytes_zero_runs_ += piece.length;
    }
    stream = stream.subspan(piece.length);
  }
}

void FrameSet::divide_into_batches() {
  size_t begin = 0;
  uint64_t bytes = 0;
  for (size_t i = 0; i < chunks_.size(); ++i) {
    if (i > begin && (bytes + chunks_[i].size() > kFrameBytesAim || i - begin == kFrameChunksMax)) {
      batches_.emplace_back(chunks_.data() + begin, i - begin);
      begin = i;
      bytes = 0;
    }
    bytes += chunks_[i].size();
  }
  if (begin < chunks_.size()) batches_.emplace_back(chunks_.data() + begin, chunks_.size() - begin);
}

void FrameSet::collect_frames() {
  std::unordered_set<Digest, DigestHash> seen;
  std::vector<Digest> digests;
  entries_.reserve(chunks_.size());  // the frames' spans stay valid
  for (const std::span<const Bytes> batch : batches_) {
    digests.resize(batch.size());
    sha256_path().digest(batch, digests);
    const size_t first_entry = entries_.size();
    const size_t begin = bytes_unique_;
    for (size_t i = 0; i < batch.size(); ++i) {
      if (!seen.insert(digests[i]).second) continue;
      std::memcpy(unique_.bytes().data() + bytes_unique_, batch[i].data(), batch[i].size());
      bytes_unique_ += batch[i].size();
      entries_.push_back({digests[i], Multicodec::raw, static_cast<uint32_t>(batch[i].size())});
    }
    if (entries_.size() == first_entry) continue;
    frames_.push_back({Bytes(unique_.bytes()).subspan(begin, bytes_unique_ - begin),
                       std::span(entries_).subspan(first_entry)});
  }
}

}  // namespace penstock
