// SPDX-License-Identifier: Apache-2.0
#include "sender/root_maker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "drivers/software/software_device.h"
#include "pipeline/put.h"
#include "unit/pipeline/memory_sink.h"
#include "unit/pipeline/scripted_entries.h"

namespace penstock {
namespace {

struct Shape {
  const char* chunker;
  LinkLayout layout = LinkLayout::content_cut;
};
constexpr Shape kShapes[] = {{"cdc:16K:64K:256K"},
                             {"cdc:64:256:1K"},
                             {"cdc:1M:1M:1M"},
                             {"fixed:4K"},
                             {"fixed:1M", LinkLayout::balanced}};
constexpr size_t kSplits[] = {1000, 65'536, size_t{1} << 20, size_t{5} << 20};

Cid put_root(const std::vector<uint8_t>& bytes, const Shape& shape) {
  MemorySink sink;
  ScriptedEntries entries;
  entries.file("file", ScriptedContent::of(bytes));
  const auto device = make_software_device({});
  PutOptions options;
  options.chunker = parse_chunker(shape.chunker).value();
  options.layout = shape.layout;
  options.codec = {CodecId::lz4, 1};
  options.threads = 1;
  const auto report = put_entries(entries, *device, sink, options);
  EXPECT_TRUE(report) << report.error().message();
  return report->root.cid;
}

Cid made_root(RootMaker& maker, Bytes bytes, size_t split) {
  // Each part in another buffer, and what was there before is gone.
  while (!bytes.empty()) {
    const Bytes part = bytes.first(std::min(split, bytes.size()));
    std::vector<uint8_t> space(RootMaker::kHeadroomBytes + part.size(), 0xa5);
    std::ranges::copy(part, space.begin() + static_cast<ptrdiff_t>(RootMaker::kHeadroomBytes));
    EXPECT_TRUE(maker.add(space));
    bytes = bytes.subspan(part.size());
  }
  const auto root = maker.finish();
  EXPECT_TRUE(root) << root.error().message();
  return root->cid;
}

void expect_puts_root(const std::vector<uint8_t>& bytes) {
  for (const Shape& shape : kShapes) {
    const Cid expected = put_root(bytes, shape);
    RootMaker maker(parse_chunker(shape.chunker).value(), shape.layout);
    for (const size_t split : kSplits) {
      if (bytes.size() / split > 3000) continue;
      EXPECT_EQ(made_root(maker, bytes, split), expected) << shape.chunker << " split at " << split;
    }
  }
}

TEST(RootMakerTest, MakesPutsRootOfNothing) {
  expect_puts_root({});
}

TEST(RootMakerTest, MakesPutsRootOfOneByte) {
  expect_puts_root({7});
  expect_puts_root({0});
}

TEST(RootMakerTest, MakesPutsRootOfManyChunks) {
  expect_puts_root(random_bytes(3'000'001, 1));
}

TEST(RootMakerTest, MakesPutsRootOfAFileOfTwentyMegabytes) {
  const auto bytes = random_bytes(20'000'000, 2);
  const Shape shape = kShapes[0];
  RootMaker maker(parse_chunker(shape.chunker).value(), shape.layout);
  EXPECT_EQ(made_root(maker, bytes, size_t{1} << 20), put_root(bytes, shape));
}

TEST(RootMakerTest, MakesPutsRootOfZeroRunsWhereverTheyLie) {
  std::vector<uint8_t> bytes(2'500'000, 0);
  expect_puts_root(bytes);
  const auto data = random_bytes(500'000, 3);
  for (const size_t at : {size_t{0}, size_t{1'000'000}, size_t{2'000'000}}) {
    std::vector<uint8_t> mixed = bytes;
    std::ranges::copy(data, mixed.begin() + static_cast<ptrdiff_t>(at));
    expect_puts_root(mixed);
  }
  // Runs around the length from which they count, and ones over several parts.
  std::vector<uint8_t> runs = random_bytes(2'000'000, 4);
  for (const size_t length : {size_t{63}, size_t{64}, size_t{16'383}, size_t{16'384}, size_t{300'000}})
    std::fill_n(runs.begin() + static_cast<ptrdiff_t>(4 * length + 100), length, uint8_t{0});
  expect_puts_root(runs);
}

TEST(RootMakerTest, BeginsAfreshAfterAStreamThatWasGivenUp) {
  const auto bytes = random_bytes(1'000'000, 5);
  RootMaker maker(ChunkerSpec{}, LinkLayout::content_cut);
  for (const size_t given : {size_t{10}, size_t{900'000}}) {
    std::vector<uint8_t> space(RootMaker::kHeadroomBytes + given, 0);
    EXPECT_TRUE(maker.add(space));
    maker.reset();
    EXPECT_EQ(made_root(maker, bytes, 300'000), put_root(bytes, kShapes[0]));
  }
}

}  // namespace
}  // namespace penstock
