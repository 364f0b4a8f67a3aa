// SPDX-License-Identifier: Apache-2.0
// random_reads [GIB] [READS] [DIRECTORY]: puts so many GiB (default: 10) as one file into a new store there
// (default: /dev/shm), through the whole pipeline, and then reads ranges of 64 KiB of it at random, with one
// thread on one CPU. The data are real files of this machine, again and again, with eight bytes changed in
// every 4 KiB, so that they compress as they do and nothing is there twice. Ends with 1 when a byte is wrong
// or when more is decoded than one frame a block.
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/limits.h"
#include "benchmark/cpu_pin.h"
#include "benchmark/sample.h"
#include "benchmark/scratch_directory.h"
#include "benchmark/scratch_store.h"
#include "dag/file_walker.h"
#include "drivers/software/software_device.h"
#include "micro/process_costs.h"
#include "pipeline/committing.h"
#include "pipeline/put.h"
#include "store/store.h"

namespace {

using namespace penstock;

constexpr size_t kRangeBytes = 64 * kKiB;
constexpr uint64_t kStampEvery = 4 * kKiB;
constexpr uint64_t kSampleBytes = 256 * kMiB;
constexpr uint64_t kCompared = 500;  // reads whose bytes are compared; the rest is timed

uint64_t split_mix(uint64_t state) {
  state += 0x9e3779b97f4a7c15;
  state = (state ^ state >> 30) * 0xbf58476d1ce4e5b9;
  state = (state ^ state >> 27) * 0x94d049bb133111eb;
  return state ^ state >> 31;
}

// The file's content: the sample over and over, each page with a stamp of its place.
class Content {
 public:
  Content(Bytes sample, uint64_t bytes) : sample_(sample), bytes_(bytes) {}

  uint64_t bytes() const { return bytes_; }
  // Up to the end of a page, a turn of the sample or the content.
  size_t fill(uint64_t offset, MutableBytes into) const {
    const uint64_t in_page = offset % kStampEvery;
    const uint64_t in_sample = offset % sample_.size();
    const size_t length =
        std::min({uint64_t{into.size()}, kStampEvery - in_page, sample_.size() - in_sample, bytes_ - offset});
    std::memcpy(into.data(), sample_.data() + in_sample, length);
    const uint64_t stamp = split_mix(offset / kStampEvery);
    if (in_page < sizeof stamp)
      std::memcpy(into.data(), reinterpret_cast<const uint8_t*>(&stamp) + in_page,
                  std::min(length, sizeof stamp - in_page));
    return length;
  }

 private:
  Bytes sample_;
  uint64_t bytes_;
};

class ContentSource final : public Source {
 public:
  explicit ContentSource(const Content& content) : content_(&content) {}
  Result<ReadResult> read(MutableBytes into) override {
    size_t filled = 0;
    while (filled < into.size() && offset_ < content_->bytes()) {
      const size_t length = content_->fill(offset_, into.subspan(filled));
      filled += length;
      offset_ += length;
    }
    return ReadResult{.bytes = filled};
  }

 private:
  const Content* content_;
  uint64_t offset_ = 0;
};

class OneFile final : public EntryStream {
 public:
  explicit OneFile(const Content& content) : content_(&content) {}
  Result<std::optional<Entry>> next() override {
    if (content_ == nullptr) return std::nullopt;
    Entry entry;
    entry.name = entry.path = "content";
    entry.source = std::make_unique<ContentSource>(*std::exchange(content_, nullptr));
    return entry;
  }

 private:
  const Content* content_;
};

Result<Cid> put(const std::string& directory, const Content& content) {
  const BenchOptions options;
  PENSTOCK_TRY_ASSIGN(const auto store, make_scratch_store(directory, options));
  const auto device = make_software_device({});
  const PutOptions putting = bench_put_options(options, 0);
  OneFile file(content);
  StoreFrameSink sink(*store);
  PENSTOCK_TRY_ASSIGN(const PutReport report, put_entries(file, *device, sink, putting));
  PENSTOCK_TRY(commit_put(*store, report, putting, {{}, {}, {"content"}, "default", 0}));
  const PutCounters& counters = report.counters;
  fmt::print("put {} MiB: {} chunks, {} frames, stored {} MiB\n", counters.bytes_content / kMiB,
             counters.chunks, counters.frames, store->bytes_written() / kMiB);
  if (counters.bytes_content != content.bytes() || counters.bytes_duplicate > content.bytes() / 100)
    return fail(Errc::failed, "put", "did not store all of its content anew");
  return report.root.cid;
}

// What `get --range` does, without its threads.
class RangeReader {
 public:
  RangeReader(Store& store, const Cid& file)
      : reader_(store.new_reader(ReadPattern::scattered)), walker_(*reader_), file_(file) {}

  Status read(uint64_t offset, MutableBytes into) {
    PENSTOCK_TRY(walker_.open(file_, offset, into.size()));
    size_t filled = 0;
    while (true) {
      PENSTOCK_TRY_ASSIGN(const auto extent, walker_.next());
      if (!extent) break;
      if (extent->kind == FileExtent::Kind::zeros) {
        std::memset(into.data() + filled, 0, extent->length);
      } else {
        PENSTOCK_TRY_ASSIGN(const Bytes bytes, bytes_of(*extent));
        std::memcpy(into.data() + filled, bytes.data(), bytes.size());
      }
      filled += extent->length;
      ++extents_;
    }
    if (filled != into.size()) return fail(Errc::corrupt, "range", "came short");
    return {};
  }
  const ReadCounters& counters() const { return reader_->counters(); }
  uint64_t extents() const { return extents_; }

 private:
  Result<Bytes> bytes_of(const FileExtent& extent) {
    if (extent.kind == FileExtent::Kind::inline_bytes) return extent.bytes;
    PENSTOCK_TRY_ASSIGN(const Bytes block, reader_->read(extent.leaf));
    if (block.size() != extent.leaf_bytes)
      return fail(Errc::corrupt, extent.leaf.text(), "has another length");
    return block.subspan(extent.leaf_offset, extent.length);
  }

  std::unique_ptr<StoreReader> reader_;
  FileWalker walker_;
  Cid file_;
  uint64_t extents_ = 0;
};

uint64_t offset_of(uint64_t read, const Content& content) {
  return split_mix(~read) % (content.bytes() - kRangeBytes + 1);
}

Status compare(RangeReader& reader, const Content& content, uint64_t reads) {
  std::vector<uint8_t> range(kRangeBytes);
  std::vector<uint8_t> expected(kRangeBytes);
  for (uint64_t i = 0; i < reads; ++i) {
    const uint64_t offset = offset_of(i, content);
    PENSTOCK_TRY(reader.read(offset, range));
    for (size_t at = 0; at < kRangeBytes;)
      at += content.fill(offset + at, MutableBytes(expected).subspan(at));
    if (range != expected) return fail(Errc::corrupt, "range at " + std::to_string(offset), "is wrong");
  }
  return {};
}

Status measure(RangeReader& reader, const Content& content, uint64_t reads) {
  std::vector<uint8_t> range(kRangeBytes);
  const ReadCounters before = reader.counters();
  const uint64_t extents_before = reader.extents();
  bench::WorkClock clock;
  for (uint64_t i = 0; i < reads; ++i) PENSTOCK_TRY(reader.read(offset_of(kCompared + i, content), range));
  const bench::WorkTime time = clock.lap();
  const ReadCounters& after = reader.counters();
  const auto each = [reads](uint64_t count) {
    return static_cast<double>(count) / static_cast<double>(reads);
  };
  const uint64_t records = after.records - before.records;
  const uint64_t extents = reader.extents() - extents_before;
  const auto count = static_cast<double>(reads);
  fmt::print("{} reads: {:.0f} a second, {:.0f} a CPU second\n", reads, count / time.wall_ns * 1e9,
             count / time.cpu_ns * 1e9);
  fmt::print(
      "a read: {:.2f} blocks, {:.2f} records, {:.0f} KiB read, {:.0f} KiB decoded, {:.0f} KiB digested\n",
      each(extents), each(records), each(after.bytes_read - before.bytes_read) / kKiB,
      each(after.bytes_decoded - before.bytes_decoded) / kKiB,
      each(after.bytes_digested - before.bytes_digested) / kKiB);
  // A record a block at the most, and one for the node above: root and node are two blocks of one read.
  if (records > extents + 2 * reads) return fail(Errc::failed, "reads", "decode frames more than once");
  return {};
}

Status run(uint64_t gib, uint64_t reads, const std::string& parent) {
  PENSTOCK_TRY_ASSIGN(const auto scratch, ScratchDirectory::create(parent));
  const uint64_t bytes = std::max<uint64_t>(gib * kGiB, kSampleBytes);
  PENSTOCK_TRY(scratch->require_room(bytes / 5 * 3));
  PENSTOCK_TRY_ASSIGN(const Sample sample,
                      Sample::read(default_sample_paths(), kSampleBytes, [](const Error&) {}));
  const Content content(sample.bytes(), bytes);
  const std::string directory = scratch->path("store");
  PENSTOCK_TRY_ASSIGN(const Cid file, put(directory, content));
  PENSTOCK_TRY_ASSIGN(const auto store, Store::open(posix_file_system(), directory, Access::read, {}));
  PENSTOCK_TRY_ASSIGN(const CpuPin pin, CpuPin::here());
  RangeReader reader(*store, file);
  PENSTOCK_TRY(compare(reader, content, kCompared));
  return measure(reader, content, reads);
}

}  // namespace

int main(int argc, char** argv) {
  const uint64_t gib = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10;
  const uint64_t reads = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 10'000;
  const Status done = run(gib, std::max<uint64_t>(reads, 1), argc > 3 ? argv[3] : "/dev/shm");
  if (!done) fmt::print(stderr, "random_reads: {}\n", done.error().message());
  return done ? 0 : 1;
}
