// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restore.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/limits.h"
#include "dag/directory_builder.h"
#include "dag/file_builder.h"
#include "dag/file_walker.h"
#include "drivers/software/software_device.h"
#include "hash/sha256.h"
#include "pipeline/block_packer.h"
#include "pipeline/put.h"
#include "pipeline/store_audit.h"
#include "store/memory_index.h"
#include "unit/base/sanitized.h"
#include "unit/pipeline/scripted_entries.h"

namespace penstock {
namespace {

namespace fs = std::filesystem;

class RestoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "penstock-restore-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    StoreOptions options;
    options.index_factory = MemoryIndex::factory();
    const std::string path = directory_ / "store";
    ASSERT_TRUE(Store::init(posix_file_system(), path, {}));
    auto store = Store::open(posix_file_system(), path, Access::write, options);
    ASSERT_TRUE(store) << store.error().message();
    store_ = std::move(*store);
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(directory_);
  }

  Cid put(ScriptedEntries& entries) {
    const auto device = make_software_device({});
    StoreFrameSink sink(*store_);
    PutOptions options;
    options.codec = {CodecId::zstd, 1};
    options.chunker = chunker_;
    const auto report = put_entries(entries, *device, sink, options);
    EXPECT_TRUE(report) << report.error().message();
    return report->root.cid;
  }

  // Puts what `build` makes with a sink.
  template <class Build>
  Cid put_blocks(Build build) {
    auto buffers = BufferPool::create("test", kFrameBytesMax, BlockPacker::kBuffers);
    StoreFrameSink frames(*store_);
    BlockPacker packer(frames, **buffers, {CodecId::lz4, 1}, {});
    const Cid cid = build(packer);
    EXPECT_TRUE(packer.flush());
    return cid;
  }

  std::vector<uint8_t> content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  bool nothing_partial_left() {
    for (const auto& entry : fs::directory_iterator(directory_))
      if (entry.path().filename().string().starts_with(".penstock-partial")) return false;
    return true;
  }

  fs::path directory_;
  ChunkerSpec chunker_;
  std::unique_ptr<Store> store_;
};

TEST_F(RestoreTest, BringsATreeBackWithItsHoles) {
  ScriptedContent sparse;
  sparse.stretches = {
      {random_bytes(100'000, 1), 0}, {{}, 64 * kMiB}, {random_bytes(70'000, 2), 0}, {{}, 8 * kMiB}};
  ScriptedEntries entries;
  entries.directory("top")
      .file("a", ScriptedContent::of(random_bytes(5'000'000, 3)))
      .file("empty", ScriptedContent::of({}))
      .symlink("link", "/no/where")
      .directory("sub")
      .file("\xff\n", ScriptedContent::of({7}))
      .end()
      .file("zsparse", sparse)
      .end();
  const Cid root = put(entries);
  const auto report = restore_to_path(*store_, root, directory_ / "back", {});
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(content(directory_ / "back/a"), random_bytes(5'000'000, 3));
  EXPECT_EQ(content(directory_ / "back/sub/\xff\n"), std::vector<uint8_t>{7});
  EXPECT_EQ(fs::file_size(directory_ / "back/empty"), 0u);
  EXPECT_EQ(fs::read_symlink(directory_ / "back/link"), "/no/where");
  struct stat status {};
  ASSERT_EQ(stat((directory_ / "back/zsparse").c_str(), &status), 0);
  EXPECT_EQ(static_cast<uint64_t>(status.st_size), 72 * kMiB + 170'000);
  EXPECT_LT(static_cast<uint64_t>(status.st_blocks) * 512, 1 * kMiB);
  EXPECT_EQ(report->files, 4u);
  EXPECT_TRUE(nothing_partial_left());
}

// Descriptors of this process.
size_t open_descriptors() {
  return static_cast<size_t>(
      std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

TEST_F(RestoreTest, BringsBackMoreFilesThanAreOpenAtATime) {
  ScriptedEntries entries;
  entries.directory("top");
  constexpr int kFiles = 1500;  // each of two chunks
  const auto bytes_of = [](int file) { return random_bytes(5000, static_cast<uint64_t>(file)); };
  for (int i = 0; i < kFiles; ++i) entries.file(std::to_string(i), ScriptedContent::of(bytes_of(i)));
  entries.end();
  chunker_ = *parse_chunker("fixed:4K");
  const Cid root = put(entries);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit tight = before;
  tight.rlim_cur = open_descriptors() + 300;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  RestoreOptions options;
  options.threads = 16;  // so many want more than all of it before they begin
  const auto report = restore_to_path(*store_, root, directory_ / "back", options);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->bytes_written, uint64_t{kFiles} * 5000);
  for (int i = 0; i < kFiles; i += 7)
    ASSERT_EQ(content(directory_ / "back" / std::to_string(i)), bytes_of(i)) << i;
}

TEST_F(RestoreTest, DecodesEachRecordOnceForAllFilesThatLieInIt) {
  constexpr uint64_t kFiles = 100;
  constexpr size_t kBytes = 60'000;
  ScriptedEntries entries;
  entries.directory("top");
  // The second half of them repeats the first, so that neighbours lie far apart.
  for (uint64_t i = 0; i < 2 * kFiles; ++i)
    entries.file(std::to_string(i),
                 ScriptedContent::of(random_bytes(kBytes, i < kFiles ? i : i * 37 % kFiles)));
  entries.end();
  const Cid root = put(entries);
  RestoreOptions options;
  options.threads = 16;  // so many want more than there is before the walk has ended: one window
  const auto report = restore_to_path(*store_, root, directory_ / "back", options);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->bytes_written, 2 * kFiles * kBytes);
  EXPECT_GE(report->bytes_decoded, kFiles * kBytes);
  EXPECT_LT(report->bytes_decoded, kFiles * kBytes + 100'000);  // and the tree's nodes
  for (uint64_t i = 0; i < 2 * kFiles; ++i) {
    ASSERT_EQ(content(directory_ / "back" / std::to_string(i)),
              random_bytes(kBytes, i < kFiles ? i : i * 37 % kFiles))
        << i;
  }
}

TEST_F(RestoreTest, BringsTheFilesAroundDamageAndClosesAll) {
  const std::vector<uint8_t> left = random_bytes(100'000, 1);
  const std::vector<uint8_t> right = random_bytes(100'000, 2);
  const Cid root = put_blocks([&](BlockSink& sink) {
    DirectoryBuilder directory(sink);
    Digest missing;
    missing.bytes[3] = 9;
    for (const char* name : {"a", "bad", "c"}) {
      FileBuilder file(sink, LinkLayout::content_cut, kLeafBytesMax);
      for (const auto* part : {&left, &right}) {
        const Cid leaf{Multicodec::raw, sha256(*part)};
        EXPECT_TRUE(sink.put(leaf, *part));
        EXPECT_TRUE(file.add_leaf(leaf.digest, static_cast<uint32_t>(part->size())));
        if (name == std::string("bad")) {
          EXPECT_TRUE(file.add_leaf(missing, 1000));
        }
      }
      EXPECT_TRUE(directory.add(name, *file.finish()));
    }
    return directory.finish()->cid;
  });
  std::vector<uint8_t> whole = left;
  whole.insert(whole.end(), right.begin(), right.end());
  for (const unsigned threads : {1u, 4u}) {
    const fs::path back = directory_ / ("back" + std::to_string(threads));
    RestoreOptions options;
    options.threads = threads;
    const size_t descriptors = open_descriptors();
    const auto report = restore_to_path(*store_, root, back, options);
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(open_descriptors(), descriptors);
    EXPECT_EQ(report->entries_reported, 1u);
    EXPECT_EQ(content(back / "a"), whole);
    EXPECT_EQ(content(back / "c"), whole);
    EXPECT_FALSE(fs::exists(back / "bad"));
  }
}

TEST_F(RestoreTest, ClosesAllFilesWhenItStopsHalfway) {
  ScriptedEntries entries;
  entries.directory("top");
  for (uint64_t i = 0; i < 50; ++i)
    entries.file("f" + std::to_string(i), ScriptedContent::of(random_bytes(600'000, i)));
  entries.end();
  const Cid root = put(entries);
  RestoreOptions options;
  options.bytes_max = 20'000'000;
  const size_t descriptors = open_descriptors();
  const auto report = restore_to_path(*store_, root, directory_ / "back", options);
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().message().find("--max-size"), std::string::npos) << report.error().message();
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_FALSE(fs::exists(directory_ / "back"));
  EXPECT_TRUE(nothing_partial_left());
}

TEST_F(RestoreTest, LeavesOutADamagedFileAndKeepsTheRest) {
  const Cid root = put_blocks([](BlockSink& sink) {
    FileBuilder file(sink, LinkLayout::content_cut, kLeafBytesMax);
    Digest missing;
    missing.bytes[3] = 9;
    EXPECT_TRUE(file.add_leaf(missing, 1000));
    EXPECT_TRUE(file.add_zero_run(5'000'000));
    const auto broken = file.finish();
    EXPECT_TRUE(file.add_zero_run(20'000));
    const auto whole = file.finish();
    DirectoryBuilder directory(sink);
    EXPECT_TRUE(directory.add("broken", *broken));
    EXPECT_TRUE(directory.add("whole", *whole));
    return directory.finish()->cid;
  });
  RestoreOptions options;
  std::vector<Error> reported;
  options.report = [&](const Error& error) { reported.push_back(error); };
  const auto report = restore_to_path(*store_, root, directory_ / "back", options);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->entries_reported, 1u);
  ASSERT_EQ(reported.size(), 1u);
  EXPECT_EQ(reported[0].code, Errc::corrupt);
  EXPECT_FALSE(fs::exists(directory_ / "back/broken"));
  EXPECT_EQ(content(directory_ / "back/whole"), std::vector<uint8_t>(20'000));
}

TEST_F(RestoreTest, LeavesNothingOfASingleDamagedFile) {
  const Cid root = put_blocks([](BlockSink& sink) {
    FileBuilder file(sink, LinkLayout::content_cut, kLeafBytesMax);
    EXPECT_TRUE(file.add_zero_run(5'000'000));
    EXPECT_TRUE(file.add_leaf(Digest{}, 1000));
    return file.finish()->cid;
  });
  const auto report = restore_to_path(*store_, root, directory_ / "back", {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::corrupt);
  EXPECT_FALSE(fs::exists(directory_ / "back"));
  EXPECT_TRUE(nothing_partial_left());

  const int sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
  const auto streamed = restore_to_descriptor(*store_, root, sink, {});
  close(sink);
  ASSERT_FALSE(streamed);
  EXPECT_EQ(streamed.error().code, Errc::corrupt);
}

TEST_F(RestoreTest, RefusesALyingLeafLength) {
  const Cid root = put_blocks([](BlockSink& sink) {
    const std::vector<uint8_t> block = random_bytes(100, 4);
    const Cid leaf = cid_of(Multicodec::raw, block);
    EXPECT_TRUE(sink.put(leaf, block));
    FileBuilder file(sink, LinkLayout::content_cut, kLeafBytesMax);
    EXPECT_TRUE(file.add_leaf(leaf.digest, 90));
    EXPECT_TRUE(file.add_leaf(leaf.digest, 90));
    return file.finish()->cid;
  });
  const auto report = restore_to_path(*store_, root, directory_ / "back", {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::corrupt);
}

TEST_F(RestoreTest, StreamsAFileAndItsRangesInOrder) {
  ScriptedContent both;
  both.stretches = {{random_bytes(9'000'000, 5), 0}, {{}, 3'000'000}, {random_bytes(21'000'000, 6), 0}};
  std::vector<uint8_t> expected = random_bytes(9'000'000, 5);
  expected.resize(12'000'000);
  const std::vector<uint8_t> rest = random_bytes(21'000'000, 6);
  expected.insert(expected.end(), rest.begin(), rest.end());
  ScriptedEntries entries;
  entries.file("a", both);
  const Cid root = put(entries);
  const std::vector<std::optional<ByteRange>> ranges = {
      std::nullopt, ByteRange{0, 0}, ByteRange{8'999'999, 3'000'002}, ByteRange{expected.size() - 1, 1},
      ByteRange{expected.size(), 0}};
  for (const auto& range : ranges)
    for (const unsigned threads : {1u, 4u}) {
      const fs::path path = directory_ / "out";
      const int output = open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
      RestoreOptions options;
      options.range = range;
      options.threads = threads;
      const auto report = restore_to_descriptor(*store_, root, output, options);
      close(output);
      ASSERT_TRUE(report) << report.error().message();
      const ByteRange part = range.value_or(ByteRange{0, expected.size()});
      const auto begin = expected.begin() + static_cast<long>(part.offset);
      EXPECT_EQ(content(path), std::vector<uint8_t>(begin, begin + static_cast<long>(part.length)));
    }
  RestoreOptions past;
  past.range = ByteRange{expected.size() - 1, 2};
  const auto refused = restore_to_path(*store_, root, directory_ / "past", past);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::usage);
}

TEST_F(RestoreTest, EndsWhenNobodyReadsTheStream) {
  ScriptedEntries entries;
  entries.file("a", ScriptedContent::of(random_bytes(40'000'000, 7)));
  const Cid root = put(entries);
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  close(ends[0]);
  const auto previous = std::signal(SIGPIPE, SIG_IGN);
  const auto report = restore_to_descriptor(*store_, root, ends[1], {});
  std::signal(SIGPIPE, previous);
  close(ends[1]);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::failed);
}

// Keeps the last node but one of a file, its root being the last, from the sink below.
class DroppingSink final : public BlockSink {
 public:
  Status put(const Cid& cid, Bytes block) override {
    nodes_.push_back({cid, {block.begin(), block.end()}});
    return {};
  }
  void release(BlockSink& sink) {
    nodes_.erase(nodes_.end() - 2);
    for (const auto& [cid, block] : nodes_) EXPECT_TRUE(sink.put(cid, block));
  }

 private:
  std::vector<std::pair<Cid, std::vector<uint8_t>>> nodes_;
};

// Damage that only the walk can see, behind enough content that workers wait for their turns.
TEST_F(RestoreTest, EndsAStreamThatTheWalkFindsDamaged) {
  ScriptedEntries entries;
  entries.file("a", ScriptedContent::of(random_bytes(24 * kMiB, 9)));
  const Cid sound = put(entries);
  const Cid torn = put_blocks([&](BlockSink& sink) {
    const auto reader = store_->new_reader();
    FileWalker walker(*reader);
    DroppingSink dropping;
    FileBuilder file(dropping, LinkLayout::balanced, kLeafBytesMax);
    for (int i = 0; i < 6; ++i) {
      EXPECT_TRUE(walker.open(sound));
      for (auto extent = walker.next(); extent && *extent; extent = walker.next())
        EXPECT_TRUE(file.add_leaf((*extent)->leaf.digest, static_cast<uint32_t>((*extent)->length)));
    }
    const auto root = file.finish();
    dropping.release(sink);
    return root->cid;
  });
  for (int round = 0; round < (kSanitized ? 4 : 20); ++round) {
    const int sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
    RestoreOptions options;
    options.threads = 8;
    const auto report = restore_to_descriptor(*store_, torn, sink, options);
    close(sink);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, Errc::corrupt);
  }
}

TEST_F(RestoreTest, LeavesOutANameThatTheFileSystemRefuses) {
  ScriptedEntries entries;
  entries.directory("top")
      .file("a", ScriptedContent::of({1}))
      .file(std::string(300, 'n'), ScriptedContent::of({2}))
      .symlink("far", std::string(5000, 't'))
      .end();
  const Cid root = put(entries);
  const auto report = restore_to_path(*store_, root, directory_ / "back", {});
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->entries_reported, 2u);
  EXPECT_EQ(content(directory_ / "back/a"), std::vector<uint8_t>{1});
}

TEST_F(RestoreTest, CountsEntriesAgainstTheLimitToo) {
  const Cid bomb = put_blocks([](BlockSink& sink) {
    DagLink link = *DirectoryBuilder(sink).finish();
    for (int level = 0; level < 40; ++level) {
      DirectoryBuilder directory(sink);
      EXPECT_TRUE(directory.add("a", link));
      EXPECT_TRUE(directory.add("b", link));
      link = *directory.finish();
    }
    return link.cid;
  });
  RestoreOptions options;
  options.bytes_max = 100'000;
  const auto report = restore_to_path(*store_, bomb, directory_ / "back", options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::failed);
  EXPECT_FALSE(fs::exists(directory_ / "back"));
}

TEST_F(RestoreTest, RefusesWhatIsLargerThanTheLimit) {
  const Cid bomb = put_blocks([](BlockSink& sink) {
    FileBuilder file(sink, LinkLayout::content_cut, kLeafBytesMax);
    EXPECT_TRUE(file.add_zero_run(uint64_t{1} << 60));
    return file.finish()->cid;
  });
  RestoreOptions options;
  options.bytes_max = 1 << 30;
  const auto report = restore_to_path(*store_, bomb, directory_ / "back", options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Errc::failed);
  EXPECT_FALSE(fs::exists(directory_ / "back"));
}

TEST_F(RestoreTest, RestoresIntoAnEmptyDirectoryAndRefusesAFullOne) {
  ScriptedEntries entries;
  entries.directory("top").file("a", ScriptedContent::of({1})).end();
  const Cid root = put(entries);
  fs::create_directory(directory_ / "here");
  ASSERT_TRUE(restore_to_path(*store_, root, directory_ / "here/", {}));
  EXPECT_EQ(content(directory_ / "here/a"), std::vector<uint8_t>{1});
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_ / "here"), {}), 1);
  const auto again = restore_to_path(*store_, root, directory_ / "here", {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::failed);
}

TEST_F(RestoreTest, AnAuditNamesWhatIsMissing) {
  ScriptedEntries entries;
  entries.directory("top").file("a", ScriptedContent::of(random_bytes(3'000'000, 8))).end();
  const Cid whole = put(entries);
  const auto clean = audit_object(*store_, whole, {});
  ASSERT_TRUE(clean) << clean.error().message();
  EXPECT_EQ(clean->damages, 0u);
  EXPECT_GE(clean->bytes_raw, 3'000'000u);

  const Cid torn = put_blocks([](BlockSink& sink) {
    FileBuilder file(sink, LinkLayout::content_cut, kLeafBytesMax);
    EXPECT_TRUE(file.add_leaf(Digest{}, 1000));
    EXPECT_TRUE(file.add_zero_run(5'000'000));
    return file.finish()->cid;
  });
  AuditOptions options;
  std::vector<Error> named;
  options.damage = [&](const Error& error) { named.push_back(error); };
  const auto damaged = audit_object(*store_, torn, options);
  ASSERT_TRUE(damaged);
  EXPECT_EQ(damaged->damages, 1u);
  ASSERT_EQ(named.size(), 1u);
  EXPECT_EQ(named[0].code, Errc::corrupt);

  const auto absent = audit_object(*store_, Cid{Multicodec::raw, Digest{}}, {});
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Errc::absent);
}

}  // namespace
}  // namespace penstock
