// SPDX-License-Identifier: Apache-2.0
#include "hls/datapath/words.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "hls/datapath/batch_rules.h"
#include "unit/base/random_seed.h"

namespace {

using fabric::Word;
using penstock::random_seed;

template <class Record>
Record random_record(std::mt19937_64& random) {
  unsigned char bytes[sizeof(Record)];
  for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random());
  Record record;
  std::memcpy(&record, bytes, sizeof bytes);
  return record;
}

template <class Record>
Word word_of(const Record& record) {
  static_assert(sizeof record == sizeof(Word));
  Word word;
  std::memcpy(&word, &record, sizeof word);
  return word;
}

TEST(WordsTest, ARequestHeaderIsReadAsItLiesInMemory) {
  std::mt19937_64 random(random_seed());
  const auto record = random_record<penstock_request_header>(random);
  const fabric::RequestHeader header = fabric::decode_header(word_of(record));
  EXPECT_EQ(header.magic, record.magic);
  EXPECT_EQ(header.abi_version, record.abi_version);
  EXPECT_EQ(header.operation, record.operation);
  EXPECT_EQ(header.generation, record.generation);
  EXPECT_EQ(header.submissions, record.submissions);
  EXPECT_EQ(header.chunks, record.chunks);
  EXPECT_EQ(header.chunks_offset, record.chunks_offset);
  EXPECT_EQ(header.digests_offset, record.digests_offset);
  EXPECT_EQ(header.codec, record.codec);
  EXPECT_EQ(header.hash, record.hash);
  EXPECT_EQ(header.input_bytes, record.input_bytes);
  EXPECT_EQ(header.arena_bytes, record.arena_bytes);
}

TEST(WordsTest, ASubmissionIsReadAsItLiesInMemory) {
  std::mt19937_64 random(random_seed());
  const auto record = random_record<penstock_submission>(random);
  const fabric::Submission submission = fabric::decode_submission(word_of(record));
  EXPECT_EQ(submission.cookie, record.cookie);
  EXPECT_EQ(submission.input_offset, record.input_offset);
  EXPECT_EQ(submission.input_bytes, record.input_bytes);
  EXPECT_EQ(submission.first_chunk, record.first_chunk);
  EXPECT_EQ(submission.chunks, record.chunks);
  EXPECT_EQ(submission.output_bytes_max, record.output_bytes_max);
}

TEST(WordsTest, EachChunkOfAWordIsRead) {
  std::mt19937_64 random(random_seed());
  penstock_chunk list[fabric::kChunksInWord];
  for (penstock_chunk& chunk : list) chunk = random_record<penstock_chunk>(random);
  Word word;
  std::memcpy(&word, list, sizeof word);
  for (uint32_t i = 0; i < fabric::kChunksInWord; ++i) {
    EXPECT_EQ(fabric::decode_chunk(word, i).offset, list[i].offset);
    EXPECT_EQ(fabric::decode_chunk(word, i).bytes, list[i].bytes);
  }
}

TEST(WordsTest, ACompletionIsWrittenAsItLiesInMemory) {
  const Word word = fabric::encode_completion({0x1122334455667788, 0x99aabbccddeeff00, 3, 4, 5, 6});
  penstock_completion record;
  std::memcpy(&record, &word, sizeof record);
  EXPECT_EQ(record.cookie, 0x1122334455667788u);
  EXPECT_EQ(record.output_offset, 0x99aabbccddeeff00u);
  EXPECT_EQ(record.generation, 3u);
  EXPECT_EQ(record.status, 4u);
  EXPECT_EQ(record.output_bytes, 5u);
  EXPECT_EQ(record.chunks, 6u);
  for (const uint8_t byte : record.reserved) EXPECT_EQ(byte, 0);
}

TEST(BatchRulesTest, SumsDoNotWrap) {
  fabric::RequestHeader header = {};
  header.input_bytes = 4096;
  header.chunks = 10;
  fabric::Submission submission = {};
  submission.input_offset = 0xffffffffffffffc0;
  submission.input_bytes = 128;
  EXPECT_FALSE(fabric::extent_is_sound(header, submission));
  submission.first_chunk = 0xffffffff;
  submission.chunks = 2;
  EXPECT_FALSE(fabric::chunk_range_is_sound(header, submission));
  EXPECT_FALSE(fabric::chunk_is_sound({16, 0xfffffff8}, 0, 1024));
  EXPECT_FALSE(fabric::chunk_is_sound({0xffffffff, 2}, 0, 1024));
  EXPECT_TRUE(fabric::chunk_is_sound({1024, 0}, 1024, 1024));
}

}  // namespace
