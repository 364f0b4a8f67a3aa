// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"
#include "intake/stored_upload.h"
#include "store/file_system.h"

namespace penstock {

// What an upload that can be resumed has in the store so far, as it is kept in STORE/uploads
// (upload_journal.md). A journal is a head and records behind it; each record has a checksum, so that one
// that was not written to its end is as good as none.

struct JournalHead {
  static constexpr size_t kTextBytesMax = 4096;  // of each text

  std::string name;
  std::string caller;             // whose upload it is
  std::string terms;              // how it is cut: leaves of other terms are of no use
  int64_t created_s = 0;          // since 1970, UTC
  std::optional<uint64_t> bytes;  // of the whole object, where its sender said so
};

// A leaf, or a zero run.
struct JournalEntry {
  Digest digest;  // of a leaf
  uint64_t bytes = 0;
  bool zero_run = false;
  bool fresh = false;  // the leaf was not in the store before

  friend bool operator==(const JournalEntry&, const JournalEntry&) = default;
};

struct JournalRecord {
  static constexpr size_t kEntriesMax = 4096;

  uint64_t offset = 0;  // where in the object its entries begin
  std::vector<JournalEntry> entries;
  std::optional<StoredUpload> result;  // the upload is committed, and this is its last record
};

// What arrived behind the last leaf: too little to be cut, or a zero run that may go on. Lies beside the
// journal.
struct JournalTail {
  uint64_t offset = 0;  // where it begins
  uint64_t zeros = 0;   // of an open run, in front of the bytes
  std::vector<uint8_t> bytes;

  uint64_t end() const { return offset + zeros + bytes.size(); }
};

// The seed binds records and tail to their journal: it is the head's checksum.
std::vector<uint8_t> encode_journal_head(const JournalHead& head);
uint32_t journal_seed(Bytes encoded_head);
// As many records as the entries need, which lie at `offset`.
std::vector<uint8_t> encode_journal_entries(uint32_t seed, uint64_t offset,
                                            std::span<const JournalEntry> entries);
std::vector<uint8_t> encode_journal_result(uint32_t seed, const StoredUpload& result);
std::vector<uint8_t> encode_journal_tail(uint32_t seed, const JournalTail& tail);
// corrupt error: it is not whole, or belongs to another journal.
Result<JournalTail> parse_journal_tail(uint32_t seed, Bytes bytes);

// Reads a journal from its front, a record at a time. One thread.
class JournalReader {
 public:
  // The file outlives it. corrupt error: the head is damaged.
  static Result<JournalReader> open(const File& file);

  const JournalHead& head() const { return head_; }
  uint32_t seed() const { return seed_; }
  // The next record; false where no whole one follows.
  Result<bool> next(JournalRecord& record);
  // Where in the file the records that were read end, and where in the object.
  uint64_t file_bytes() const { return at_; }
  uint64_t object_bytes() const { return offset_; }

 private:
  explicit JournalReader(const File& file, uint64_t size) : file_(&file), size_(size) {}
  Status read_head();

  const File* file_;
  uint64_t size_;
  JournalHead head_;
  uint32_t seed_ = 0;
  uint64_t at_ = 0;
  uint64_t offset_ = 0;
  std::vector<uint8_t> body_;
};

}  // namespace penstock
