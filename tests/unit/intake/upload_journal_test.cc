// SPDX-License-Identifier: Apache-2.0
#include "intake/upload_journal.h"

#include <gtest/gtest.h>

#include <random>

#include "unit/intake/memory_file.h"

namespace penstock {
namespace {

JournalHead head_of_test() {
  return {"a/name", "token me", "cdc:16K:64K:256K", 1'700'000'000, uint64_t{1} << 40};
}

std::vector<JournalEntry> entries_of(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<JournalEntry> entries(count);
  for (JournalEntry& entry : entries) {
    entry.zero_run = random() % 4 == 0;
    entry.bytes = 1 + random() % (entry.zero_run ? uint64_t{1} << 40 : 1 << 20);
    if (entry.zero_run) continue;
    entry.fresh = random() % 2 == 0;
    for (uint8_t& byte : entry.digest.bytes) byte = static_cast<uint8_t>(random());
  }
  return entries;
}

uint64_t bytes_of(std::span<const JournalEntry> entries) {
  uint64_t bytes = 0;
  for (const JournalEntry& entry : entries) bytes += entry.bytes;
  return bytes;
}

void append(std::vector<uint8_t>& to, const std::vector<uint8_t>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

struct Read {
  JournalHead head;
  std::vector<JournalEntry> entries;
  std::optional<StoredUpload> result;
  uint64_t file_bytes = 0;
};

Result<Read> read_all(const std::vector<uint8_t>& bytes) {
  const MemoryFile file(bytes);
  PENSTOCK_TRY_ASSIGN(JournalReader reader, JournalReader::open(file));
  Read read;
  read.head = reader.head();
  for (JournalRecord record;;) {
    PENSTOCK_TRY_ASSIGN(const bool whole, reader.next(record));
    if (!whole) break;
    read.entries.insert(read.entries.end(), record.entries.begin(), record.entries.end());
    read.result = record.result;
  }
  read.file_bytes = reader.file_bytes();
  EXPECT_TRUE(read.result || bytes_of(read.entries) == reader.object_bytes());
  return read;
}

TEST(UploadJournalTest, ReadsWhatWasWritten) {
  const JournalHead head = head_of_test();
  std::vector<uint8_t> bytes = encode_journal_head(head);
  const uint32_t seed = journal_seed(bytes);
  const std::vector<JournalEntry> entries = entries_of(10'000, 1);
  append(bytes, encode_journal_entries(seed, 0, std::span(entries).first(3)));
  append(bytes,
         encode_journal_entries(seed, bytes_of(std::span(entries).first(3)), std::span(entries).subspan(3)));
  auto read = read_all(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->head.name, head.name);
  EXPECT_EQ(read->head.caller, head.caller);
  EXPECT_EQ(read->head.terms, head.terms);
  EXPECT_EQ(read->head.created_s, head.created_s);
  EXPECT_EQ(read->head.bytes, head.bytes);
  EXPECT_EQ(read->entries, entries);
  EXPECT_FALSE(read->result);
  EXPECT_EQ(read->file_bytes, bytes.size());
  const StoredUpload stored{cid_of(Multicodec::raw, bytes), cid_of(Multicodec::dag_cbor, bytes), 77};
  append(bytes, encode_journal_result(seed, stored));
  read = read_all(bytes);
  ASSERT_TRUE(read && read->result);
  EXPECT_EQ(read->result->cid, stored.cid);
  EXPECT_EQ(read->result->commit, stored.commit);
  EXPECT_EQ(read->result->bytes, 77U);
}

TEST(UploadJournalTest, EndsBeforeWhatIsTornOrOfAnotherOffsetOrJournal) {
  std::vector<uint8_t> bytes = encode_journal_head(head_of_test());
  const uint32_t seed = journal_seed(bytes);
  const std::vector<JournalEntry> entries = entries_of(5, 2);
  append(bytes, encode_journal_entries(seed, 0, entries));
  const size_t whole = bytes.size();
  const std::vector<uint8_t> more = encode_journal_entries(seed, bytes_of(entries), entries_of(7, 3));
  for (size_t cut = 0; cut < more.size(); ++cut) {
    std::vector<uint8_t> torn = bytes;
    torn.insert(torn.end(), more.begin(), more.begin() + static_cast<ptrdiff_t>(cut));
    const auto read = read_all(torn);
    ASSERT_TRUE(read);
    ASSERT_EQ(read->entries, entries) << cut;
    ASSERT_EQ(read->file_bytes, whole);
  }
  for (const auto& stranger : {encode_journal_entries(seed, bytes_of(entries) + 1, entries_of(7, 3)),
                               encode_journal_entries(seed + 1, bytes_of(entries), entries_of(7, 3))}) {
    std::vector<uint8_t> mixed = bytes;
    append(mixed, stranger);
    const auto read = read_all(mixed);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->entries, entries);
  }
}

TEST(UploadJournalTest, TakesNothingForWholeThatIsFlipped) {
  const uint64_t seed_of_test = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed_of_test));
  std::mt19937_64 random(seed_of_test);
  std::vector<uint8_t> bytes = encode_journal_head(head_of_test());
  const uint32_t seed = journal_seed(bytes);
  const std::vector<JournalEntry> entries = entries_of(40, 4);
  for (size_t i = 0; i < entries.size(); i += 4)
    append(bytes, encode_journal_entries(seed, bytes_of(std::span(entries).first(i)),
                                         std::span(entries).subspan(i, 4)));
  for (int round = 0; round < 3000; ++round) {
    std::vector<uint8_t> flipped = bytes;
    flipped[random() % flipped.size()] ^= static_cast<uint8_t>(1U << random() % 8);
    const auto read = read_all(flipped);
    if (!read) {
      EXPECT_EQ(read.error().code, Errc::corrupt);
      continue;
    }
    // Behind its checksum a record's head has four bytes that say nothing.
    ASSERT_LE(read->entries.size(), entries.size());
    EXPECT_TRUE(std::ranges::equal(read->entries, std::span(entries).first(read->entries.size())));
  }
}

TEST(UploadJournalTest, ATailIsWholeOrNone) {
  const JournalTail tail{1'000, 30'000, {1, 2, 3, 4, 5}};
  const std::vector<uint8_t> bytes = encode_journal_tail(7, tail);
  const auto read = parse_journal_tail(7, bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->offset, tail.offset);
  EXPECT_EQ(read->zeros, tail.zeros);
  EXPECT_EQ(read->bytes, tail.bytes);
  EXPECT_EQ(read->end(), 31'005U);
  EXPECT_FALSE(parse_journal_tail(8, bytes));
  for (size_t cut = 0; cut < bytes.size(); ++cut)
    EXPECT_FALSE(parse_journal_tail(7, Bytes(bytes).first(cut)));
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::vector<uint8_t> flipped = bytes;
    flipped[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    EXPECT_FALSE(parse_journal_tail(7, flipped)) << bit;
  }
}

}  // namespace
}  // namespace penstock
