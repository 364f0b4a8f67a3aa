// SPDX-License-Identifier: Apache-2.0
#include "store/log_scan.h"

#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "store/file_header.h"
#include "store/posix_file_system.h"
#include "unit/store/block_maker.h"
#include "unit/store/temporary_directory.h"

namespace penstock {
namespace {

class LogScanTest : public testing::Test {
 protected:
  static LogRecord record(uint64_t sequence) {
    LogRecord record;
    record.sequence = sequence;
    record.commits = {Cid{Multicodec::dag_cbor, raw_block(sequence, 4).cid.digest}};
    record.watermarks = {{1, 1000},
                         {static_cast<uint32_t>(sequence + 1), static_cast<uint32_t>(100 * sequence)}};
    return record;
  }
  void append(Bytes part) { bytes_.insert(bytes_.end(), part.begin(), part.end()); }
  // The log of records 1 to `count`; starts_[i] is where record i + 1 begins, starts_[count] the end.
  void build(uint64_t count) {
    bytes_.clear();
    starts_.clear();
    append(encode_file_header(kCommitLogMagic, uuid_));
    for (uint64_t sequence = 1; sequence <= count; ++sequence) {
      starts_.push_back(bytes_.size());
      for (int copy = 0; copy < 2; ++copy) append(encode_log_record(record(sequence), uuid_));
    }
    starts_.push_back(bytes_.size());
  }
  LogScan scan() {
    auto scan = try_scan();
    EXPECT_TRUE(scan);
    return std::move(*scan);
  }
  Result<LogScan> try_scan() {
    const std::string path = directory_.path() + "/log";
    FileSystem& files = posix_file_system();
    auto file = files.open(path, true);
    if (!file) file = files.create(path);
    EXPECT_TRUE((*file)->truncate(0));
    const Bytes part = bytes_;
    EXPECT_TRUE((*file)->write(0, std::span(&part, 1)));
    return scan_log(**file, path, uuid_);
  }

  TemporaryDirectory directory_;
  StoreUuid uuid_{{1, 2, 3}};
  std::vector<uint8_t> bytes_;
  std::vector<size_t> starts_;
};

TEST_F(LogScanTest, ReadsCommitsAndWatermarksInOrder) {
  build(5);
  const LogScan log = scan();
  ASSERT_EQ(log.commits.size(), 5u);
  EXPECT_EQ(log.commits[3].cid, record(4).commits.front());
  EXPECT_EQ(log.commits[3].offset, starts_[3]);
  EXPECT_EQ(log.watermarks.of(1), 1000u);
  EXPECT_EQ(log.watermarks.of(6), 500u);
  EXPECT_EQ(log.watermarks.of(7), 0u);
  EXPECT_EQ(log.end, bytes_.size());
  EXPECT_TRUE(log.last_copied);
  EXPECT_TRUE(log.damage.empty());
}

TEST_F(LogScanTest, TakesWhatIsWholeOfATornTailAtEveryByte) {
  build(3);
  const auto whole = bytes_;
  const size_t copy = record(3).encoded_bytes();
  for (size_t size = starts_[2]; size <= whole.size(); ++size) {
    bytes_.assign(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    const LogScan log = scan();
    const bool third = size >= starts_[2] + copy;
    EXPECT_EQ(log.commits.size(), third ? 3u : 2u) << size;
    EXPECT_EQ(log.end, size == whole.size() ? size : third ? starts_[2] + copy : starts_[2]) << size;
    EXPECT_EQ(log.size, size);
    EXPECT_TRUE(log.damage.empty()) << size;
  }
}

TEST_F(LogScanTest, LosesNothingToAnyFlippedBit) {
  build(3);
  const auto whole = bytes_;
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    bytes_ = whole;
    bytes_[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    const LogScan log = scan();
    EXPECT_EQ(log.commits.size(), 3u) << "bit " << bit;
    EXPECT_EQ(log.watermarks.of(4), 300u) << "bit " << bit;
    EXPECT_EQ(log.records_lost, 0u) << "bit " << bit;
    EXPECT_TRUE(!log.damage.empty() || log.end < log.size) << "bit " << bit << " is not noticed";
  }
}

TEST_F(LogScanTest, TellsDamageInTheMiddleFromATornTail) {
  build(4);
  bytes_[starts_[1] + 10] ^= 1;
  bytes_[starts_[1] + record(2).encoded_bytes() + 10] ^= 1;
  const LogScan log = scan();
  EXPECT_EQ(log.commits.size(), 3u);
  ASSERT_EQ(log.damage.size(), 1u);
  EXPECT_EQ(log.damage[0].begin, starts_[1]);
  EXPECT_EQ(log.damage[0].end, starts_[2]);
  EXPECT_EQ(log.damage[0].records_lost, 1u);
  EXPECT_EQ(log.records_lost, 1u);
  EXPECT_EQ(log.suspect_segment_end, 5u);
  EXPECT_EQ(log.watermarks.of(3), 0u);
}

TEST_F(LogScanTest, RefusesTheRecordsOfAnotherStore) {
  build(2);
  uuid_.bytes[15] = 1;
  EXPECT_EQ(try_scan().error().code, Errc::corrupt);
}

TEST_F(LogScanTest, RefusesALogThatIsShorterThanItsHeader) {
  build(2);
  const auto whole = bytes_;
  for (size_t size = 0; size < kFileHeaderBytes; ++size) {
    bytes_.assign(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    const auto log = try_scan();
    ASSERT_FALSE(log) << size;
    EXPECT_EQ(log.error().code, Errc::corrupt) << size;
    EXPECT_EQ(log.error().what, directory_.path() + "/log");
    EXPECT_EQ(log.error().why, size == 0 ? "is empty" : "ends within its header");
  }
  bytes_.assign(whole.begin(), whole.begin() + kFileHeaderBytes);
  EXPECT_TRUE(scan().damage.empty()) << "an empty store's";
}

TEST_F(LogScanTest, SaysThatRecordsAreNotAffectedOnlyWhereThereAreSome) {
  build(2);
  const auto whole = bytes_;
  bytes_[9] ^= 1;
  const LogScan log = scan();
  ASSERT_EQ(log.damage.size(), 1u);
  EXPECT_EQ(log.damage[0].text(), "the header is damaged; the records behind it are not affected");
  EXPECT_EQ(log.commits.size(), 2u);
  bytes_.assign(whole.size(), 0);
  const auto zeros = try_scan();
  ASSERT_FALSE(zeros);
  EXPECT_EQ(zeros.error().code, Errc::corrupt);
  EXPECT_NE(zeros.error().message().find("neither its header nor any whole record"), std::string::npos);
}

TEST_F(LogScanTest, ReadsALogThatIsLargerThanItsWindow) {
  build(9000);
  ASSERT_GT(bytes_.size(), size_t{1} << 20);
  bytes_[starts_[4500] + 3] ^= 0xff;
  const LogScan log = scan();
  EXPECT_EQ(log.commits.size(), 9000u);
  EXPECT_EQ(log.damage.size(), 1u);
  EXPECT_EQ(log.records_lost, 0u);
}

TEST(LogRecordTest, RefusesImpossibleNumbersThoughTheChecksumHolds) {
  const StoreUuid uuid{};
  const auto whole = [&](std::vector<Watermark> watermarks) {
    LogRecord record;
    record.watermarks = std::move(watermarks);
    return parse_log_record(encode_log_record(record, uuid), uuid).has_value();
  };
  EXPECT_TRUE(whole({{1, 5}, {2, 5}}));
  EXPECT_FALSE(whole({{2, 5}, {1, 5}}));
  EXPECT_FALSE(whole({{1, 5}, {1, 5}}));
  EXPECT_FALSE(whole({{0, 5}}));
  EXPECT_FALSE(whole({{1, (64u << 20) + 1}}));
}

TEST(LogRecordTest, HoldsManyCommitsInOrderBesideTheirWatermarks) {
  const StoreUuid uuid{};
  LogRecord record;
  record.sequence = 7;
  record.watermarks = {{1, 5}, {2, 6}};
  for (uint64_t i = 0; i < LogRecord::kCommitsMax; ++i)
    record.commits.push_back({Multicodec::dag_cbor, raw_block(i, 16).cid.digest});
  const std::vector<uint8_t> bytes = encode_log_record(record, uuid);
  ASSERT_EQ(bytes.size(), record.encoded_bytes());
  EXPECT_EQ(parse_log_record_bytes(Bytes(bytes).first(LogRecord::kHeaderBytes), uuid).value(), bytes.size());
  EXPECT_EQ(parse_log_record(bytes, uuid).value(), record);
  EXPECT_FALSE(parse_log_record(Bytes(bytes).first(bytes.size() - 1), uuid));
}

TEST(LogRecordTest, RefusesNumbersOfCommitsThatHaveAKindOfTheirOwn) {
  const StoreUuid uuid{};
  LogRecord record;
  record.commits.assign(2, Cid{Multicodec::dag_cbor, raw_block(1, 16).cid.digest});
  for (const uint32_t count : {0u, 1u, LogRecord::kCommitsMax + 1}) {
    std::vector<uint8_t> bytes = encode_log_record(record, uuid);
    store_le(&bytes[20], count);
    store_le(&bytes[56], crc32c(Bytes(bytes).first(56), crc32c(uuid.bytes)));
    EXPECT_FALSE(parse_log_record_bytes(bytes, uuid)) << count;
  }
}

}  // namespace
}  // namespace penstock
