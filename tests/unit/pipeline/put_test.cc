// SPDX-License-Identifier: Apache-2.0
#include "pipeline/put.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>

#include "base/limits.h"
#include "dag/directory_reader.h"
#include "dag/file_walker.h"
#include "drivers/software/software_device.h"
#include "hash/sha256.h"
#include "unit/pipeline/memory_sink.h"
#include "unit/pipeline/scripted_entries.h"

namespace penstock {
namespace {

PutOptions options_with(unsigned threads) {
  PutOptions options;
  options.threads = threads;
  options.codec = {CodecId::zstd, 1};
  return options;
}

PutReport put_into(MemorySink& sink, ScriptedEntries& entries, const PutOptions& options) {
  const auto device = make_software_device({});
  Result<PutReport> report = put_entries(entries, *device, sink, options);
  EXPECT_TRUE(report) << report.error().message();
  return report ? *report : PutReport{};
}

std::vector<uint8_t> content_of(BlockSource& source, const Cid& cid) {
  FileWalker walker(source);
  const auto size = walker.open(cid);
  EXPECT_TRUE(size) << size.error().message();
  std::vector<uint8_t> bytes;
  while (true) {
    auto extent = walker.next();
    EXPECT_TRUE(extent) << extent.error().message();
    if (!extent || !*extent) break;
    const FileExtent& piece = **extent;
    if (piece.kind == FileExtent::Kind::zeros) {
      bytes.resize(bytes.size() + piece.length);
    } else if (piece.kind == FileExtent::Kind::inline_bytes) {
      bytes.insert(bytes.end(), piece.bytes.begin(), piece.bytes.end());
    } else {
      const auto block = source.read(piece.leaf);
      EXPECT_TRUE(block);
      const Bytes part = block->subspan(piece.leaf_offset, piece.length);
      bytes.insert(bytes.end(), part.begin(), part.end());
    }
  }
  return bytes;
}

// Random data with zero runs of many lengths and repeated parts.
std::vector<uint8_t> mixed_bytes(uint64_t seed, size_t parts) {
  std::mt19937_64 random(seed);
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < parts; ++i) {
    const std::vector<uint8_t> part = random_bytes(random() % 600'000, seed + i % 3);
    bytes.insert(bytes.end(), part.begin(), part.end());
    bytes.resize(bytes.size() + random() % 100'000);
    if (i % 5 == 0) bytes.resize(bytes.size() + 3'000'000);
  }
  return bytes;
}

TEST(PutTest, MakesCheckpointsWhileNothingIsUnderWay) {
  const std::vector<uint8_t> bytes = random_bytes(40 << 20, 5);
  MemorySink plain;
  ScriptedEntries entries;
  entries.file("a", ScriptedContent::of(bytes));
  const PutReport expected = put_into(plain, entries, options_with(3));
  EXPECT_EQ(plain.checkpoints, 0u);
  for (const unsigned threads : {1u, 3u}) {
    PutOptions options = options_with(threads);
    options.checkpoint = CheckpointInterval{4 << 20};
    MemorySink sink;
    ScriptedEntries again;
    again.file("a", ScriptedContent::of(bytes));
    EXPECT_EQ(put_into(sink, again, options).root.cid, expected.root.cid);
    EXPECT_GE(sink.checkpoints, 4u);
    EXPECT_LE(sink.checkpoints, 10u);
    EXPECT_EQ(sink.blocks(), plain.blocks());
  }
}

TEST(PutTest, MakesACheckpointWhenItsTimeHasComeAndEndsWithOneThatFails) {
  PutOptions options = options_with(3);
  options.checkpoint = CheckpointInterval{UINT64_MAX, std::chrono::nanoseconds(1)};
  MemorySink sink;
  sink.fails_at_checkpoint = 3;
  ScriptedEntries entries;
  entries.file("a", ScriptedContent::of(random_bytes(40 << 20, 5)));
  const auto device = make_software_device({});
  const auto put = put_entries(entries, *device, sink, options);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().why, "I/O error");
  EXPECT_EQ(sink.checkpoints, 3u);
}

TEST(PutTest, MakesCheckpointsWhereThereAreNodesAlone) {
  PutOptions options = options_with(3);
  options.checkpoint = CheckpointInterval{1};
  MemorySink sink;
  ScriptedEntries entries;
  for (int i = 0; i < 20'000; ++i) entries.symlink(std::to_string(100'000 + i), "to " + std::to_string(i));
  put_into(sink, entries, options);
  EXPECT_GE(sink.checkpoints, 1u);
}

TEST(PutTest, BringsBackWhatWentIn) {
  const std::vector<uint8_t> bytes = mixed_bytes(1, 20);
  MemorySink sink;
  ScriptedEntries entries;
  entries.file("a", ScriptedContent::of(bytes));
  const PutReport report = put_into(sink, entries, options_with(2));
  EXPECT_EQ(report.root.content_bytes, bytes.size());
  EXPECT_EQ(content_of(sink, report.root.cid), bytes);
  EXPECT_EQ(report.counters.bytes_content, bytes.size());
  EXPECT_EQ(report.counters.bytes_content,
            report.counters.bytes_zero_runs + report.counters.bytes_duplicate + report.counters.bytes_unique);
  EXPECT_GT(report.counters.bytes_duplicate, 0u);
  EXPECT_EQ(sink.appended_twice, 0u);
  EXPECT_EQ(sink.claimed(), sink.blocks()) << "something was claimed and never appended";
}

TEST(PutTest, GivesTheSameRootAtAnyReadSizeAndThreadCount) {
  const std::vector<uint8_t> bytes = mixed_bytes(2, 8);
  std::optional<Cid> root;
  for (const size_t read_max : {size_t{0}, size_t{4096}, size_t{65'537}, SIZE_MAX})
    for (const unsigned threads : {1u, 3u}) {
      MemorySink sink;
      ScriptedEntries entries;
      ScriptedContent content = ScriptedContent::of(bytes);
      content.read_max = read_max;
      entries.file("a", std::move(content));
      const PutReport report = put_into(sink, entries, options_with(threads));
      if (!root) root = report.root.cid;
      EXPECT_EQ(report.root.cid, *root) << "read size " << read_max << ", " << threads << " threads";
    }
}

TEST(PutTest, GivesTheSameRootForHolesAndForZeros) {
  std::mt19937_64 random(11);
  for (const char* chunker : {"cdc:16K:64K:256K", "fixed:1M", "fixed:100000", "cdc:64:256:1K"}) {
    ScriptedContent dense;
    ScriptedContent sparse;
    dense.stretches.emplace_back();
    for (int i = 0; i < 12; ++i) {
      const std::vector<uint8_t> part = random_bytes(random() % 200'000, i);
      const uint64_t hole = i % 4 == 0 ? random() % 3'000'000 : random() % 40'000;
      auto& bytes = dense.stretches.front().bytes;
      bytes.insert(bytes.end(), part.begin(), part.end());
      bytes.resize(bytes.size() + hole);
      sparse.stretches.push_back({part, 0});
      if (hole > 0) sparse.stretches.push_back({{}, hole});
    }
    PutOptions options = options_with(2);
    options.chunker = *parse_chunker(chunker);
    MemorySink dense_sink;
    MemorySink sparse_sink;
    ScriptedEntries dense_entries;
    ScriptedEntries sparse_entries;
    const std::vector<uint8_t> expected = dense.stretches.front().bytes;
    dense_entries.file("a", std::move(dense));
    sparse_entries.file("a", std::move(sparse));
    const PutReport dense_report = put_into(dense_sink, dense_entries, options);
    const PutReport sparse_report = put_into(sparse_sink, sparse_entries, options);
    EXPECT_EQ(dense_report.root.cid, sparse_report.root.cid) << chunker;
    EXPECT_EQ(content_of(sparse_sink, sparse_report.root.cid), expected) << chunker;
  }
}

TEST(PutTest, TakesAnExabyteHoleInNoTime) {
  for (const bool ipfs : {false, true}) {
    ScriptedContent content;
    content.stretches.push_back({random_bytes(100'000, 1), 0});
    content.stretches.push_back({{}, uint64_t{1} << 60});
    content.stretches.push_back({random_bytes(100'000, 2), 0});
    PutOptions options = options_with(2);
    if (ipfs) {
      options.chunker = *parse_chunker("fixed:1M");
      options.layout = LinkLayout::balanced;
    }
    MemorySink sink;
    ScriptedEntries entries;
    entries.file("a", std::move(content));
    const PutReport report = put_into(sink, entries, options);
    EXPECT_EQ(report.root.content_bytes, (uint64_t{1} << 60) + 200'000);
    EXPECT_LT(sink.blocks(), 64u);
  }
}

TEST(PutTest, BuildsTreesAndNamesWhatItLeavesOut) {
  MemorySink sink;
  ScriptedEntries entries;
  ScriptedContent broken = ScriptedContent::of(random_bytes(700'000, 5));
  broken.fail_at = 300'000;
  broken.read_max = 100'000;
  ScriptedContent changing = ScriptedContent::of(random_bytes(5'000, 6));
  changing.change = "it grew while it was read";
  entries.directory("top")
      .file("a", ScriptedContent::of({1, 2, 3}))
      .file("broken", std::move(broken))
      .file("changing", std::move(changing))
      .directory("empty")
      .end()
      .file("nothing", ScriptedContent::of({}))
      .symlink("link", "../elsewhere")
      .unreadable("secret")
      .file("z", ScriptedContent::of({9}))
      .end();
  PutOptions options = options_with(2);
  std::vector<std::string> named;
  options.report = [&](const Error& error) { named.push_back(error.what); };
  const PutReport report = put_into(sink, entries, options);
  DirectoryReader reader(sink);
  const auto listed = reader.list(report.root.cid);
  ASSERT_TRUE(listed) << listed.error().message();
  std::vector<std::string> names;
  for (const DirectoryEntry& entry : *listed) names.push_back(entry.name);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "changing", "empty", "link", "nothing", "z"}));
  EXPECT_EQ(named, (std::vector<std::string>{"scripted", "changing", "secret"}));
  EXPECT_EQ(report.counters.entries_reported, 3u);
  EXPECT_EQ(content_of(sink, (*listed)[5].cid), std::vector<uint8_t>{9});
}

TEST(PutTest, PacksManySmallFilesTogether) {
  MemorySink sink;
  ScriptedEntries entries;
  entries.directory("top");
  constexpr int kFiles = 30'000;
  for (int i = 0; i < kFiles; ++i) {
    char name[16];
    std::snprintf(name, sizeof name, "%06d", i);
    entries.file(name,
                 ScriptedContent::of(random_bytes(static_cast<size_t>(i % 50), static_cast<uint64_t>(i))));
  }
  entries.end();
  const PutReport report = put_into(sink, entries, options_with(2));
  EXPECT_EQ(report.counters.files, static_cast<uint64_t>(kFiles));
  EXPECT_LT(sink.appends(), 40u);
  DirectoryReader reader(sink);
  const auto listed = reader.list(report.root.cid);
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), static_cast<size_t>(kFiles));
  EXPECT_EQ(content_of(sink, (*listed)[12'349].cid), random_bytes(49, 12'349));
}

TEST(PutTest, CutsTinyChunksIntoFramesOfBoundedCount) {
  MemorySink sink;
  ScriptedEntries entries;
  const std::vector<uint8_t> bytes = random_bytes(5'000'000, 3);
  entries.file("a", ScriptedContent::of(bytes));
  PutOptions options = options_with(2);
  options.chunker = *parse_chunker("cdc:64:256:1K");
  const PutReport report = put_into(sink, entries, options);
  EXPECT_GT(report.counters.chunks, 3 * uint64_t{kFrameChunksMax});
  EXPECT_EQ(content_of(sink, report.root.cid), bytes);
}

TEST(PutTest, PutsNothingTwice) {
  MemorySink sink;
  const std::vector<uint8_t> bytes = mixed_bytes(4, 10);
  ScriptedEntries first;
  first.file("a", ScriptedContent::of(bytes));
  const PutReport once = put_into(sink, first, options_with(2));
  const size_t blocks = sink.blocks();
  ScriptedEntries second;
  second.file("a", ScriptedContent::of(bytes));
  const PutReport again = put_into(sink, second, options_with(2));
  EXPECT_EQ(once.root.cid, again.root.cid);
  EXPECT_EQ(sink.blocks(), blocks);
  EXPECT_EQ(again.counters.bytes_unique, 0u);
}

TEST(PutTest, ASlowSinkThrottlesTheReader) {
  MemorySink sink;
  sink.append_delay = std::chrono::milliseconds(20);
  std::atomic<uint64_t> handed_out{0};
  ScriptedEntries entries;
  ScriptedContent content = ScriptedContent::of(random_bytes(40 * kMiB, 8));
  content.bytes_handed_out = &handed_out;
  entries.file("a", std::move(content));
  PutOptions options = options_with(2);
  uint64_t ahead_max = 0;
  std::mutex mutex;
  uint64_t appended = 0;
  options.observe = [&](Bytes raw, std::span<const BlockEntry>) {
    const std::lock_guard lock(mutex);
    appended += raw.size();
    ahead_max = std::max(ahead_max, handed_out - appended);
  };
  put_into(sink, entries, options);
  // Two lanes with a batch each, and the buffer that is being filled.
  EXPECT_LE(ahead_max, 4 * uint64_t{kFrameBytesMax});
}

TEST(PutTest, FailsAsAWholeWhenTheSinkFails) {
  MemorySink sink;
  sink.fail_after = 3;
  ScriptedEntries entries;
  entries.file("a", ScriptedContent::of(random_bytes(30 * kMiB, 9)));
  const auto device = make_software_device({});
  const Result<PutReport> report = put_entries(entries, *device, sink, options_with(3));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::failed);
  EXPECT_EQ(report.error().why, "no space left on device");
}

TEST(PutTest, FailsWhenNothingCouldBeRead) {
  MemorySink sink;
  ScriptedEntries entries;
  entries.unreadable("a");
  const auto device = make_software_device({});
  const Result<PutReport> report = put_entries(entries, *device, sink, options_with(1));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::failed);
}

TEST(PutTest, LeavesOutWhatIsNestedDeeperThanReadersFollow) {
  MemorySink sink;
  ScriptedEntries entries;
  constexpr size_t kDepth = 1500;
  for (size_t i = 0; i < kDepth; ++i) entries.directory("d" + std::to_string(i));
  entries.file("deepest", ScriptedContent::of({1}));
  for (size_t i = 0; i < kDepth; ++i) {
    if (i == kDepth - 1) entries.file("top", ScriptedContent::of({2}));
    entries.end();
  }
  PutOptions options = options_with(2);
  size_t reports = 0;
  options.report = [&](const Error& error) {
    ++reports;
    EXPECT_EQ(error.code, Errc::partial);
  };
  const PutReport report = put_into(sink, entries, options);
  EXPECT_EQ(reports, 1u);
  EXPECT_EQ(report.counters.directories, kDirectoryDepthMax - 1);
  EXPECT_TRUE(resolve_path(sink, report.root.cid, "top"));
}

TEST(PutTest, SeveralPathsAreEntriesOfOneDirectory) {
  MemorySink sink;
  ScriptedEntries entries;
  entries.file("b", ScriptedContent::of({1})).file("a", ScriptedContent::of({2}));
  const PutReport report = put_into(sink, entries, options_with(1));
  ASSERT_EQ(report.roots.size(), 2u);
  DirectoryReader reader(sink);
  const auto listed = reader.list(report.root.cid);
  ASSERT_TRUE(listed);
  EXPECT_EQ((*listed)[0].name, "a");
  EXPECT_EQ((*listed)[0].cid, report.roots[1].link.cid);
}

}  // namespace
}  // namespace penstock
