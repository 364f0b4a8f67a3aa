// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "base/crc32c.h"
#include "fuzz/corpus_writer.h"
#include "fuzz/fuzz_store.h"
#include "hash/sha256.h"
#include "store/damaged_range.h"
#include "store/file_header.h"
#include "store/log_record.h"
#include "store/record_header.h"
#include "store/segment_footer.h"
#include "store/segment_header.h"
#include "store/store_toml.h"
#include "verify/verifier.h"

namespace penstock {
namespace {

constexpr uint32_t kOffset = 36;

void write_record(CorpusWriter& corpus) {
  const std::string_view raw = "two blocks of text, behind each other";
  std::vector<BlockEntry> entries;
  for (const std::string_view part : {raw.substr(0, 10), raw.substr(10)}) {
    entries.push_back({.digest = sha256(as_bytes(part)), .length = static_cast<uint32_t>(part.size())});
  }
  auto pool = BufferPool::create("corpus", kFrameBytesMax, 1).value();
  Verifier verifier({}, pool->acquire());
  const EncodedBlock claimed{
      .codec = CodecId::stored, .raw = as_bytes(raw), .entries = entries, .payload = as_bytes(raw)};
  const VerifiedBlock block = verifier.verify(claimed).value();
  const size_t head_bytes = RecordHeader::kBytes + entries.size() * ChunkTable::kEntryBytes;
  std::vector<uint8_t> input(sizeof kOffset + head_bytes);
  store_le(input.data(), kOffset);
  encode_record_head(block, crc32c(block.payload()), segment_seed(kFuzzUuid, kFuzzSegment), kOffset,
                     MutableBytes(input).subspan(sizeof kOffset));
  corpus.write("record_head", "two-blocks", input);
}

void write_footers(CorpusWriter& corpus) {
  std::vector<FooterEntry> entries;
  corpus.write("segment_footer", "empty",
               encode_footer(entries, kOffset, segment_seed(kFuzzUuid, kFuzzSegment)));
  for (uint32_t place = 0; place < 3; ++place) {
    entries.push_back(
        {.digest = sha256(as_bytes(std::string(place, 'x'))), .record = kOffset, .place = place});
  }
  corpus.write("segment_footer", "three",
               encode_footer(entries, 4096, segment_seed(kFuzzUuid, kFuzzSegment)));
}

void write_log(CorpusWriter& corpus) {
  LogRecord record{.sequence = 1, .commits = {}, .watermarks = {}};
  corpus.write("log_record", "nothing", encode_log_record(record, kFuzzUuid));
  record.watermarks = {{.segment = 1, .bytes = 4096}, {.segment = 7, .bytes = 1 << 26}};
  corpus.write("log_record", "watermarks", encode_log_record(record, kFuzzUuid));
  record.commits = {cid_of(Multicodec::dag_cbor, as_bytes("commit"))};
  record.sequence = 300;
  corpus.write("log_record", "commit", encode_log_record(record, kFuzzUuid));
  for (const char* other : {"second", "third"})
    record.commits.push_back(cid_of(Multicodec::dag_cbor, as_bytes(other)));
  corpus.write("log_record", "commits", encode_log_record(record, kFuzzUuid));
}

void write_heads(CorpusWriter& corpus) {
  corpus.write("file_heads", "commit-log", encode_file_header(kCommitLogMagic, kFuzzUuid));
  corpus.write("file_heads", "quarantine", encode_file_header(kQuarantineMagic, kFuzzUuid));
  corpus.write("file_heads", "segment", encode_segment_header({.segment = kFuzzSegment, .uuid = kFuzzUuid}));
  corpus.write("file_heads", "segment-name", segment_file_name(kFuzzSegment));
  corpus.write("file_heads", "uuid", kFuzzUuid.text());
  const DamagedRange range{.segment = kFuzzSegment, .begin = 36, .end = 4096, .kind = DamageKind::payload};
  corpus.write("damaged_range", "payload", encode_damaged_range(range, kFuzzUuid));
}

}  // namespace

void write_store_seeds(CorpusWriter& corpus) {
  write_record(corpus);
  write_footers(corpus);
  write_log(corpus);
  write_heads(corpus);
  StoreConfig config;
  config.uuid = kFuzzUuid.text();
  corpus.write("store_toml", "default", encode_store_toml(config));
  config.chunker = "fixed:1M";
  config.codec = "zstd:3";
  corpus.write("store_toml", "fixed", encode_store_toml(config));
}

}  // namespace penstock
