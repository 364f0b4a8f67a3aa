// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "intake/upload_journal.h"
#include "unit/intake/memory_file.h"

namespace {

using namespace penstock;

// What is read comes out the same when it is written.
void read_journal(const std::vector<uint8_t>& bytes) {
  const MemoryFile file(bytes);
  auto reader = JournalReader::open(file);
  if (!reader) return;
  for (JournalRecord record;;) {
    const uint64_t at = reader->file_bytes();
    const auto whole = reader->next(record);
    PENSTOCK_CHECK(whole.has_value());
    if (!*whole) return;
    const std::vector<uint8_t> again =
        record.result ? encode_journal_result(reader->seed(), *record.result)
                      : encode_journal_entries(reader->seed(), record.offset, record.entries);
    PENSTOCK_CHECK(reader->file_bytes() - at == again.size());
  }
}

void read_tail(Bytes bytes) {
  const auto tail = parse_journal_tail(0, bytes);
  if (!tail) return;
  PENSTOCK_CHECK(std::ranges::equal(encode_journal_tail(0, *tail), bytes));
}

// Sets the checksums right of the records from `at` on.
void repair(std::vector<uint8_t>& bytes, size_t at, uint32_t seed) {
  constexpr size_t kRecordHeadBytes = 24;
  constexpr size_t kChecksumAt = 16;
  while (bytes.size() - at >= kRecordHeadBytes) {
    const Bytes record = Bytes(bytes).subspan(at);
    const auto body = load_le<uint32_t>(&record[4]);
    if (body > record.size() - kRecordHeadBytes) return;
    const uint32_t head = crc32c(record.first(kChecksumAt), seed);
    store_le(&bytes[at + kChecksumAt], crc32c(record.subspan(kRecordHeadBytes, body), head));
    at += kRecordHeadBytes + body;
  }
}

}  // namespace

// Input: a journal, its records or its tail. It is read as it is; as records behind a head that is whole,
// with their checksums set right, too; and as a tail.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<uint8_t> bytes(data, data + size);
  read_journal(bytes);
  std::vector<uint8_t> headed = encode_journal_head({"name", "caller", "terms", 0, {}});
  const size_t head_bytes = headed.size();
  const uint32_t seed = journal_seed(headed);
  headed.insert(headed.end(), bytes.begin(), bytes.end());
  read_journal(headed);
  repair(headed, head_bytes, seed);
  read_journal(headed);
  read_tail(bytes);
  return 0;
}
