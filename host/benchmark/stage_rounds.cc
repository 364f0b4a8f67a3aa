// SPDX-License-Identifier: Apache-2.0
#include "benchmark/stage_rounds.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "benchmark/scratch_store.h"
#include "benchmark/stopwatch.h"
#include "hash/sha256.h"
#include "pipeline/committing.h"
#include "store/file_system.h"
#include "store/store.h"

namespace penstock {
namespace {

constexpr const char* kStoreName = "stage-store";
constexpr size_t kBuffers = 3;  // payload, decoded, and the verifier's

size_t library_room(CodecSpec codec) {
  const auto library = open_library_codec(codec);
  return library ? library->encoded_max(kFrameBytesMax) : 1;
}

}  // namespace

Result<std::unique_ptr<StageRounds>> StageRounds::create(const BenchOptions& options, Bytes sample,
                                                         const FrameSet& frames,
                                                         const std::string& sample_file,
                                                         const ScratchDirectory& scratch) {
  PENSTOCK_TRY_ASSIGN(auto buffers, BufferPool::create("bench", kFrameBytesMax, kBuffers));
  PENSTOCK_TRY_ASSIGN(Slab encoded, Slab::map(library_room(options.codec)));
  return std::unique_ptr<StageRounds>(
      new StageRounds(options, sample, frames, sample_file, scratch, std::move(buffers), std::move(encoded)));
}

StageRounds::StageRounds(const BenchOptions& options, Bytes sample, const FrameSet& frames,
                         std::string sample_file, const ScratchDirectory& scratch,
                         std::unique_ptr<BufferPool> buffers, Slab encoded)
    : options_(&options),
      sample_(sample),
      frames_(&frames),
      sample_file_(std::move(sample_file)),
      scratch_(&scratch),
      buffers_(std::move(buffers)),
      payload_(buffers_->acquire()),
      decoded_(buffers_->acquire()),
      encoded_(std::move(encoded)),
      verifier_(VerifyLevel{}, buffers_->acquire()),
      library_(open_library_codec(options.codec)),
      read_{"read", "page cache", {}, sample.size()},
      chunk_{"chunk", chunker_text(options.chunker), {}, sample.size()},
      digest_{"digest", std::string(sha256_path().name()), LibraryDigest::kName, frames.bytes_chunks()},
      encode_{"encode", codec_text(options.codec), library_ ? library_->encoder_name() : "",
              frames.bytes_unique()},
      verify_{"verify", "decode, compare", library_ ? library_->decoder_name() : "", frames.bytes_unique()},
      append_{"append", "claim, write, commit, fsync", {}, frames.bytes_unique()} {}

Status StageRounds::run_round() {
  options_->step("read");
  PENSTOCK_TRY(read_sample());
  options_->step("chunk");
  cut_sample();
  options_->step("digest");
  PENSTOCK_TRY(digest_chunks());
  options_->step("encode, verify, append");
  return encode_verify_append();
}

template <class Ours, class Theirs>
void StageRounds::take_turns(Laps& laps, Ours&& ours, Theirs&& theirs) {
  const bool ours_first = turn_++ % 2 == 0;
  if (ours_first) laps.ours += nanoseconds_of(ours);
  laps.theirs += nanoseconds_of(theirs);
  if (!ours_first) laps.ours += nanoseconds_of(ours);
}

Status StageRounds::read_sample() {
  PENSTOCK_TRY_ASSIGN(const auto file, posix_file_system().open(sample_file_, false));
  const MutableBytes window = payload_.bytes();
  Stopwatch stopwatch;
  for (size_t at = 0; at < sample_.size(); at += window.size())
    PENSTOCK_TRY(file->read(at, window.first(std::min(window.size(), sample_.size() - at))));
  read_.ours.add_run(stopwatch.lap());
  return {};
}

void StageRounds::cut_sample() {
  chunk_.ours.add_run(nanoseconds_of([&] { cut_stream(options_->chunker, sample_, pieces_); }));
}

Status StageRounds::digest_chunks() {
  Laps laps;
  std::vector<Digest> ours(kFrameChunksMax);
  std::vector<Digest> theirs(kFrameChunksMax);
  for (const std::span<const Bytes> batch : frames_->batches()) {
    const auto digests = std::span(ours).first(batch.size());
    take_turns(
        laps, [&] { sha256_path().digest(batch, digests); },
        [&] {
          for (size_t i = 0; i < batch.size(); ++i) theirs[i] = library_digest_.digest(batch[i]);
        });
    if (!std::ranges::equal(digests, std::span(theirs).first(batch.size())))
      return fail(Errc::corrupt, "sha256 " + digest_.method, "does not agree with OpenSSL", "report this");
  }
  digest_.ours.add_run(laps.ours);
  digest_.theirs.add_run(laps.theirs);
  return {};
}

Status StageRounds::encode_verify_append() {
  const std::string directory = scratch_->path(kStoreName);
  PENSTOCK_TRY_ASSIGN(const auto store, make_scratch_store(directory, *options_));
  Laps encoding;
  Laps verifying;
  Laps appending;
  for (const FrameSet::Frame& frame : frames_->frames()) {
    const EncodedBlock block = encode(frame, encoding);
    Result<VerifiedBlock> verified = Failure(Error{});
    bool decoded = true;
    take_turns(
        verifying, [&] { verified = verifier_.verify(block); },
        [&] {
          if (block.codec != CodecId::stored)
            decoded = library_->decode(block.payload, decoded_.bytes().first(frame.raw.size()));
        });
    PENSTOCK_TRY(verified);
    if (!decoded) return fail(Errc::corrupt, encode_.method, "the library does not decode our payload");
    PENSTOCK_TRY(append(*store, *verified, appending));
  }
  if (!frames_->frames().empty()) {
    PutReport report;
    report.root.cid = {Multicodec::raw, frames_->frames().front().entries.front().digest};
    Stopwatch stopwatch;
    PENSTOCK_TRY(commit_put(*store, report, bench_put_options(*options_, 1), {}));
    appending.ours += stopwatch.lap();
  }
  encode_.ours.add_run(encoding.ours);
  verify_.ours.add_run(verifying.ours);
  append_.ours.add_run(appending.ours);
  if (library_) {
    encode_.theirs.add_run(encoding.theirs);
    verify_.theirs.add_run(verifying.theirs);
  }
  return scratch_->remove(kStoreName);
}

EncodedBlock StageRounds::encode(const FrameSet::Frame& frame, Laps& laps) {
  std::optional<size_t> length;
  const auto ours = [&] {
    length = encoder_.encode(options_->codec, frame.raw, payload_.bytes().first(frame.raw.size() - 1));
  };
  const auto theirs = [&] {
    if (library_) static_cast<void>(library_->encode(frame.raw, encoded_.bytes()));
  };
  take_turns(laps, ours, theirs);
  return {.codec = length ? options_->codec.id : CodecId::stored,
          .raw = frame.raw,
          .entries = frame.entries,
          .payload = length ? Bytes(payload_.bytes()).first(*length) : frame.raw,
          .digests_from_cpu = true};
}

Status StageRounds::append(Store& store, const VerifiedBlock& block, Laps& laps) {
  std::vector<Digest> digests;
  for (const BlockEntry& entry : block.entries()) digests.push_back(entry.digest);
  std::vector<Claim> claims(digests.size());
  Stopwatch stopwatch;
  PENSTOCK_TRY(store.claim(digests, claims));
  PENSTOCK_TRY(store.append(block));
  laps.ours += stopwatch.lap();
  return {};
}

}  // namespace penstock
