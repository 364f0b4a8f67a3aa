// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <mutex>
#include <random>
#include <set>
#include <string>

#include "dag/directory_reader.h"
#include "drivers/software/software_device.h"
#include "pipeline/put.h"
#include "unit/base/random_seed.h"
#include "unit/base/sanitized.h"
#include "unit/pipeline/memory_sink.h"
#include "unit/pipeline/scripted_entries.h"

namespace penstock {
namespace {

// Bytes, zero runs and holes, of all sizes around that of a batch; some end early, fail or change.
ScriptedContent random_content(std::mt19937_64& random, bool announced) {
  constexpr uint64_t kSizes[] = {1, 100, 5'000, 70'000, 300'000, 900'000, 3'000'000};
  ScriptedContent content;
  uint64_t left = random() % kSizes[random() % std::size(kSizes)];
  while (left > 0) {
    const uint64_t part = 1 + random() % left;
    left -= part;
    switch (random() % 4) {
      case 0:
        content.stretches.push_back({{}, part});
        break;
      case 1:
        content.stretches.push_back({std::vector<uint8_t>(part), 0});
        break;
      default:
        content.stretches.push_back({random_bytes(part, random() % 50), 0});
    }
  }
  content.read_max = random() % 2 == 0 ? 0 : SIZE_MAX;
  if (random() % 20 == 0) content.fail_at = random() % (content.bytes() + 1);
  if (random() % 20 == 0) content.change = "grew while it was read";
  const uint64_t missing = random() % 10 == 0 ? random() % 10'000 : 0;
  if (announced) content.size_hint = content.bytes() + missing;
  return content;
}

struct Outcome {
  PutReport report;
  std::multiset<std::string> reported;
};

Outcome put_tree(uint64_t seed, bool announced, const PutOptions& given) {
  std::mt19937_64 random(seed);
  ScriptedEntries entries;
  entries.directory("top");
  for (int i = 0; i < (kSanitized ? 50 : 100); ++i) {
    const std::string name = std::to_string(1000 + i);
    if (i % 40 == 7)
      entries.symlink(name, "elsewhere");
    else
      entries.file(name, random_content(random, announced));
    if (i % 50 == 20) entries.directory(name + "d").end();
  }
  entries.end();
  Outcome outcome;
  PutOptions options = given;
  options.report = [&](const Error& error) { outcome.reported.insert(error.what + error.why); };
  MemorySink sink;
  const auto device = make_software_device({});
  Result<PutReport> report = put_entries(entries, *device, sink, options);
  EXPECT_TRUE(report) << report.error().message();
  if (report) outcome.report = *report;
  EXPECT_EQ(sink.appended_twice, 0u);
  EXPECT_EQ(sink.claimed(), sink.blocks());
  return outcome;
}

TEST(WholeFileTest, GivesTheTreeThatReadingInStreamOrderGives) {
  const uint64_t seed = random_seed();
  SCOPED_TRACE(seed_text(seed));
  for (const char* chunker : {"cdc:16K:64K:256K", "cdc:64:256:1K", "fixed:4K"}) {
    SCOPED_TRACE(chunker);
    PutOptions options;
    options.chunker = *parse_chunker(chunker);
    options.codec = {CodecId::lz4, 1};
    options.threads = 3;
    const Outcome stream = put_tree(seed, false, options);
    const Outcome whole = put_tree(seed, true, options);
    EXPECT_EQ(whole.report.root.cid, stream.report.root.cid);
    EXPECT_EQ(whole.reported, stream.reported);
    EXPECT_EQ(whole.report.counters.files, stream.report.counters.files);
    EXPECT_EQ(whole.report.counters.entries_reported, stream.report.counters.entries_reported);
    EXPECT_EQ(whole.report.counters.symlinks, stream.report.counters.symlinks);
  }
}

TEST(WholeFileTest, CountsWhatItReads) {
  ScriptedEntries entries;
  ScriptedContent content;
  content.stretches.push_back({random_bytes(100'000, 1), 0});
  content.stretches.push_back({std::vector<uint8_t>(50'000), 0});
  content.stretches.push_back({{}, 50'000});
  content.size_hint = content.bytes();
  entries.file("a", content);
  PutOptions options;
  options.codec = {CodecId::lz4, 1};
  options.threads = 1;
  TransferProgress progress;
  options.progress = &progress;
  MemorySink sink;
  const auto device = make_software_device({});
  const auto report = put_entries(entries, *device, sink, options);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->counters.files, 1u);
  EXPECT_EQ(report->counters.bytes_content, 200'000u);
  EXPECT_EQ(report->counters.bytes_zero_runs, 100'000u);
  EXPECT_EQ(report->counters.bytes_unique, 100'000u);
  EXPECT_EQ(progress.files, 1u);
  EXPECT_EQ(progress.bytes_content, 200'000u);
  EXPECT_EQ(progress.bytes_expected, 200'000u);
}

// A batch holds as many descriptors as files; however many there are, those of the process suffice.
TEST(WholeFileTest, NamesTheSameFilesHoweverManyThereAre) {
  for (const int count : {1, 4'096, 9'000}) {
    ScriptedEntries entries;
    entries.directory("top");
    for (int i = 0; i < count; ++i) {
      ScriptedContent content = ScriptedContent::of(random_bytes(20, static_cast<uint64_t>(i)));
      content.size_hint = 20;
      entries.file(std::to_string(100'000 + i), content);
    }
    entries.end();
    PutOptions options;
    options.codec = {CodecId::lz4, 1};
    options.threads = 2;
    MemorySink sink;
    const auto device = make_software_device({});
    const auto report = put_entries(entries, *device, sink, options);
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->counters.files, static_cast<uint64_t>(count));
    DirectoryReader reader(sink);
    const auto listed = reader.list(report->root.cid);
    ASSERT_TRUE(listed);
    EXPECT_EQ(listed->size(), static_cast<size_t>(count));
  }
}

}  // namespace
}  // namespace penstock
