// SPDX-License-Identifier: Apache-2.0
#include "intake/upload_journal.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/check.h"
#include "base/crc32c.h"
#include "base/limits.h"

namespace penstock {
namespace {

constexpr std::string_view kHeadMagic = "PNSTKUPL";
constexpr std::string_view kTailMagic = "PNSTKTAI";
constexpr uint16_t kVersion = 1;
constexpr size_t kHeadFixedBytes = 36;
constexpr size_t kHeadBytesMax = kHeadFixedBytes + 3 * JournalHead::kTextBytesMax + 4;
constexpr size_t kRecordHeadBytes = 24;
constexpr size_t kRecordCrcAt = 16;
constexpr size_t kEntryBytes = 40;
constexpr size_t kResultBytes = 2 * Cid::kBinaryBytes;
constexpr size_t kTailHeadBytes = 32;
constexpr size_t kTailCrcAt = 28;
constexpr uint64_t kUnknown = UINT64_MAX;
constexpr uint32_t kEntriesKind = 1;
constexpr uint32_t kResultKind = 2;
constexpr uint64_t kZeroRunBit = uint64_t{1} << 63;
constexpr uint64_t kFreshBit = uint64_t{1} << 62;
constexpr uint64_t kObjectBytesMax = uint64_t{1} << 61;

Failure damaged(const char* why) {
  return fail(Errc::corrupt, "an upload's journal", why);
}

template <class T>
void append_le(std::vector<uint8_t>& to, T value) {
  uint8_t bytes[sizeof value];
  store_le(bytes, value);
  to.insert(to.end(), std::begin(bytes), std::end(bytes));
}

void append(std::vector<uint8_t>& to, Bytes bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

uint32_t record_crc(uint32_t seed, Bytes head, Bytes body) {
  return crc32c(body, crc32c(head.first(kRecordCrcAt), seed));
}

void append_record(std::vector<uint8_t>& to, uint32_t seed, uint32_t kind, uint64_t offset, Bytes body) {
  const size_t at = to.size();
  append_le(to, kind);
  append_le(to, static_cast<uint32_t>(body.size()));
  append_le(to, offset);
  append_le(to, record_crc(seed, Bytes(to).subspan(at), body));
  append_le(to, uint32_t{0});
  append(to, body);
}

bool parse_entries(Bytes body, uint64_t offset, JournalRecord& record) {
  if (body.empty() || body.size() % kEntryBytes != 0) return false;
  for (; !body.empty(); body = body.subspan(kEntryBytes)) {
    JournalEntry entry;
    const auto word = load_le<uint64_t>(body.data());
    entry.zero_run = (word & kZeroRunBit) != 0;
    entry.fresh = (word & kFreshBit) != 0;
    entry.bytes = word & ~(kZeroRunBit | kFreshBit);
    std::copy_n(&body[8], entry.digest.bytes.size(), entry.digest.bytes.begin());
    if (entry.bytes == 0 || entry.bytes > kObjectBytesMax - offset) return false;
    if (entry.zero_run ? !all_zero(entry.digest.bytes) || entry.fresh : entry.bytes > kLeafBytesMax)
      return false;
    offset += entry.bytes;
    record.entries.push_back(entry);
  }
  return true;
}

bool parse_result(Bytes body, uint64_t bytes, JournalRecord& record) {
  if (body.size() != kResultBytes || bytes > kObjectBytesMax) return false;
  const auto cid = parse_binary_cid(body.first(Cid::kBinaryBytes));
  const auto commit = parse_binary_cid(body.subspan(Cid::kBinaryBytes));
  if (!cid || !commit) return false;
  record.result = StoredUpload{*cid, *commit, bytes};
  return true;
}

}  // namespace

std::vector<uint8_t> encode_journal_head(const JournalHead& head) {
  std::vector<uint8_t> out;
  append(out, as_bytes(kHeadMagic));
  append_le(out, kVersion);
  append_le(out, uint16_t{0});
  append_le(out, static_cast<uint64_t>(head.created_s));
  append_le(out, head.bytes.value_or(kUnknown));
  append_le(out, uint16_t{0});
  for (const std::string* text : {&head.name, &head.caller, &head.terms}) {
    PENSTOCK_CHECK(text->size() <= JournalHead::kTextBytesMax);
    append_le(out, static_cast<uint16_t>(text->size()));
  }
  PENSTOCK_CHECK(out.size() == kHeadFixedBytes);
  for (const std::string* text : {&head.name, &head.caller, &head.terms}) append(out, as_bytes(*text));
  append_le(out, crc32c(out));
  return out;
}

uint32_t journal_seed(Bytes encoded_head) {
  return load_le<uint32_t>(encoded_head.last(sizeof(uint32_t)).data());
}

std::vector<uint8_t> encode_journal_entries(uint32_t seed, uint64_t offset,
                                            std::span<const JournalEntry> entries) {
  std::vector<uint8_t> out;
  std::vector<uint8_t> body;
  while (!entries.empty()) {
    const auto part = entries.first(std::min(entries.size(), JournalRecord::kEntriesMax));
    entries = entries.subspan(part.size());
    body.clear();
    uint64_t bytes = 0;
    for (const JournalEntry& entry : part) {
      append_le(body, entry.bytes | (entry.zero_run ? kZeroRunBit : 0) | (entry.fresh ? kFreshBit : 0));
      append(body, entry.digest.bytes);
      bytes += entry.bytes;
    }
    append_record(out, seed, kEntriesKind, offset, body);
    offset += bytes;
  }
  return out;
}

std::vector<uint8_t> encode_journal_result(uint32_t seed, const StoredUpload& result) {
  std::vector<uint8_t> body;
  append(body, result.cid.binary());
  append(body, result.commit.binary());
  std::vector<uint8_t> out;
  append_record(out, seed, kResultKind, result.bytes, body);
  return out;
}

std::vector<uint8_t> encode_journal_tail(uint32_t seed, const JournalTail& tail) {
  std::vector<uint8_t> out;
  append(out, as_bytes(kTailMagic));
  append_le(out, tail.offset);
  append_le(out, tail.zeros);
  append_le(out, static_cast<uint32_t>(tail.bytes.size()));
  append_le(out, crc32c(tail.bytes, crc32c(out, seed)));
  append(out, tail.bytes);
  return out;
}

Result<JournalTail> parse_journal_tail(uint32_t seed, Bytes bytes) {
  if (bytes.size() < kTailHeadBytes || as_text(bytes.first(kTailMagic.size())) != kTailMagic)
    return damaged("has a tail that is none");
  const Bytes body = bytes.subspan(kTailHeadBytes);
  if (load_le<uint32_t>(&bytes[24]) != body.size() ||
      load_le<uint32_t>(&bytes[kTailCrcAt]) != crc32c(body, crc32c(bytes.first(kTailCrcAt), seed)))
    return damaged("has a tail that is not whole");
  JournalTail tail{load_le<uint64_t>(&bytes[8]), load_le<uint64_t>(&bytes[16]), {}};
  if (tail.offset > kObjectBytesMax || tail.zeros > kObjectBytesMax) return damaged("lies about its tail");
  tail.bytes.assign(body.begin(), body.end());
  return tail;
}

Result<JournalReader> JournalReader::open(const File& file) {
  PENSTOCK_TRY_ASSIGN(const uint64_t size, file.size());
  JournalReader reader(file, size);
  PENSTOCK_TRY(reader.read_head());
  return reader;
}

Status JournalReader::read_head() {
  std::vector<uint8_t> bytes(std::min<uint64_t>(size_, kHeadBytesMax));
  PENSTOCK_TRY(file_->read(0, bytes));
  if (bytes.size() < kHeadFixedBytes || as_text(Bytes(bytes).first(kHeadMagic.size())) != kHeadMagic)
    return damaged("does not begin as one");
  if (load_le<uint16_t>(&bytes[8]) != kVersion) return damaged("is of an unknown version");
  const std::array<size_t, 3> lengths = {load_le<uint16_t>(&bytes[30]), load_le<uint16_t>(&bytes[32]),
                                         load_le<uint16_t>(&bytes[34])};
  size_t end = kHeadFixedBytes;
  for (const size_t length : lengths) {
    if (length > JournalHead::kTextBytesMax) return damaged("lies about its texts");
    end += length;
  }
  if (bytes.size() < end + sizeof(uint32_t)) return damaged("is cut off in its head");
  seed_ = load_le<uint32_t>(&bytes[end]);
  if (seed_ != crc32c(Bytes(bytes).first(end))) return damaged("has a damaged head");
  head_.created_s = static_cast<int64_t>(load_le<uint64_t>(&bytes[12]));
  if (const auto whole = load_le<uint64_t>(&bytes[20]); whole != kUnknown) head_.bytes = whole;
  size_t at = kHeadFixedBytes;
  const std::array<std::string*, 3> texts = {&head_.name, &head_.caller, &head_.terms};
  for (size_t i = 0; i < texts.size(); ++i) {
    *texts[i] = as_text(Bytes(bytes).subspan(at, lengths[i]));
    at += lengths[i];
  }
  at_ = end + sizeof(uint32_t);
  return {};
}

Result<bool> JournalReader::next(JournalRecord& record) {
  record.entries.clear();
  record.result.reset();
  if (size_ - at_ < kRecordHeadBytes) return false;
  std::array<uint8_t, kRecordHeadBytes> head{};
  PENSTOCK_TRY(file_->read(at_, head));
  const auto kind = load_le<uint32_t>(head.data());
  const auto body_bytes = load_le<uint32_t>(&head[4]);
  record.offset = load_le<uint64_t>(&head[8]);
  if (body_bytes > JournalRecord::kEntriesMax * kEntryBytes || body_bytes > size_ - at_ - kRecordHeadBytes)
    return false;
  body_.resize(body_bytes);
  PENSTOCK_TRY(file_->read(at_ + kRecordHeadBytes, body_));
  if (load_le<uint32_t>(&head[kRecordCrcAt]) != record_crc(seed_, head, body_)) return false;
  if (kind == kResultKind) {
    if (!parse_result(body_, record.offset, record)) return false;
    offset_ = record.offset;
  } else {
    // What does not go on where the last record ended is of an attempt that failed.
    if (kind != kEntriesKind || record.offset != offset_ || !parse_entries(body_, offset_, record))
      return false;
    for (const JournalEntry& entry : record.entries) offset_ += entry.bytes;
  }
  at_ += kRecordHeadBytes + body_bytes;
  return true;
}

}  // namespace penstock
