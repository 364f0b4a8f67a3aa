// SPDX-License-Identifier: Apache-2.0
#include "intake/partial_journal.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "chunking/chunker.h"
#include "store/replace_file.h"

namespace penstock {
namespace {

// Nodes that a journal's leaves give and the store has not got, at most; where more are missing there is
// nothing to go on with.
constexpr size_t kLackingMax = 256;

// Nodes of a tree that is made again: they are in the store, as a rule.
class KnownNodes final : public BlockSink {
 public:
  KnownNodes(Store& store, UploadTree& tree) : store_(&store), tree_(&tree) {}

  Status put(const Cid& cid, Bytes block) override {
    PENSTOCK_TRY_ASSIGN(const auto placement, store_->find(cid.digest));
    if (!placement) tree_->lacks(cid, block);
    return {};
  }

 private:
  Store* store_;
  UploadTree* tree_;
};

Result<bool> all_there(Store& store, const JournalRecord& record) {
  std::vector<Digest> digests;
  for (const JournalEntry& entry : record.entries) {
    if (!entry.zero_run) digests.push_back(entry.digest);
  }
  std::vector<BlockLocation> locations(digests.size());
  PENSTOCK_TRY(store.find(digests, locations));
  return std::ranges::all_of(locations, [](const BlockLocation& at) { return at.placement.has_value(); });
}

Failure gave_up(const std::string& path) {
  return fail(Errc::failed, path, "could not be written before");
}

}  // namespace

Result<PartialJournal> PartialJournal::create(const JournalSite& site, const std::string& token,
                                              const JournalHead& head) {
  const std::vector<uint8_t> bytes = encode_journal_head(head);
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<File> file, site.files->create(site.journal(token)));
  const Bytes part(bytes);
  PENSTOCK_TRY(file->write(0, std::span(&part, 1)));
  PENSTOCK_TRY(file->sync());
  PENSTOCK_TRY(site.files->sync_directory(site.directory));
  PartialJournal journal;
  journal.seed_ = journal_seed(bytes);
  journal.file_bytes_ = bytes.size();
  return journal;
}

Result<PartialJournal> PartialJournal::open(const JournalSite& site, const std::string& token,
                                            JournalHead& head, std::optional<StoredUpload>& result) {
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<File> file, site.files->open(site.journal(token), true));
  PENSTOCK_TRY_ASSIGN(JournalReader reader, JournalReader::open(*file));
  head = reader.head();
  JournalRecord record;
  while (!record.result) {
    PENSTOCK_TRY_ASSIGN(const bool whole, reader.next(record));
    if (!whole) break;
  }
  result = record.result;
  PartialJournal journal;
  journal.seed_ = reader.seed();
  PENSTOCK_TRY_ASSIGN(const uint64_t size, file->size());
  if (size > reader.file_bytes()) {
    PENSTOCK_TRY(file->truncate(reader.file_bytes()));
    PENSTOCK_TRY(file->sync());
  }
  journal.file_bytes_ = reader.file_bytes();
  journal.cut_ = reader.object_bytes();
  if (const auto tail = journal.read_tail(site, token)) journal.tail_end_ = tail->end();
  return journal;
}

Status PartialJournal::remove(const JournalSite& site, const std::string& token) {
  PENSTOCK_TRY(site.files->remove(site.journal(token)));
  PENSTOCK_TRY_ASSIGN(const bool tail, site.files->exists(site.tail(token)));
  return tail ? site.files->remove(site.tail(token)) : Status();
}

// What of the tail lies behind the entries: they may have gone on since. Empty where there is none.
Result<JournalTail> PartialJournal::read_tail(const JournalSite& site, const std::string& token) const {
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<File> file, site.files->open(site.tail(token), false));
  PENSTOCK_TRY_ASSIGN(const uint64_t size, file->size());
  std::vector<uint8_t> bytes(size);
  PENSTOCK_TRY(file->read(0, bytes));
  PENSTOCK_TRY_ASSIGN(JournalTail tail, parse_journal_tail(seed_, bytes));
  const uint64_t passed = cut_ - std::min(cut_, tail.offset);
  // Entries pass a zero run as a whole.
  const bool fits = tail.offset <= cut_ && cut_ <= tail.end() && (passed == 0 || passed >= tail.zeros);
  if (!fits) return fail(Errc::corrupt, site.tail(token), "does not go on where its journal ends");
  if (passed > 0) {
    tail.bytes.erase(tail.bytes.begin(), tail.bytes.begin() + static_cast<ptrdiff_t>(passed - tail.zeros));
    tail.zeros = 0;
    tail.offset = cut_;
  }
  return tail;
}

Status PartialJournal::cut_off(const JournalSite& site, const std::string& token, uint64_t file_bytes,
                               uint64_t object_bytes) {
  file_bytes_ = file_bytes;
  cut_ = object_bytes;
  tail_end_ = 0;
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<File> file, site.files->open(site.journal(token), true));
  PENSTOCK_TRY(file->truncate(file_bytes_));
  return file->sync();
}

Result<LoadedUpload::Content> PartialJournal::load(const JournalSite& site, const std::string& token,
                                                   Store& store, const ChunkerSpec& chunker,
                                                   LinkLayout layout) {
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<File> file, site.files->open(site.journal(token), false));
  PENSTOCK_TRY_ASSIGN(JournalReader reader, JournalReader::open(*file));
  LoadedUpload::Content content{
      reader.head().name, std::make_unique<UploadTree>(layout, chunker.zero_leaf_bytes()), {}};
  KnownNodes known(store, *content.tree);
  PENSTOCK_TRY(content.tree->use(known));
  for (JournalRecord record; reader.object_bytes() < cut_;) {
    const uint64_t file_bytes = reader.file_bytes();
    const uint64_t object_bytes = reader.object_bytes();
    PENSTOCK_TRY_ASSIGN(const bool whole, reader.next(record));
    PENSTOCK_TRY_ASSIGN(const bool there, whole ? all_there(store, record) : Result<bool>(false));
    if (!there) {
      PENSTOCK_TRY(cut_off(site, token, file_bytes, object_bytes));
      break;
    }
    for (const JournalEntry& entry : record.entries) PENSTOCK_TRY(content.tree->replay(entry));
    if (content.tree->lacking() > kLackingMax)
      return fail(Errc::corrupt, site.journal(token), "names leaves whose nodes the store has lost");
  }
  content.tree->keep_journal();
  if (tail_end_ > 0) {
    auto tail = read_tail(site, token);
    const bool fits = tail && (tail->zeros == 0 || (chunker.kind == ChunkerSpec::Kind::cdc &&
                                                    tail->zeros >= Chunker(chunker).hole_bytes_min()));
    if (fits) content.tail = std::move(*tail);
    tail_end_ = fits ? content.tail.end() : 0;
  }
  return content;
}

Status PartialJournal::append(const JournalSite& site, const std::string& token, uint64_t offset,
                              std::span<const JournalEntry> entries) {
  if (failed_ || offset != cut_) return gave_up(site.journal(token));
  if (entries.empty()) return {};
  failed_ = true;
  const std::vector<uint8_t> bytes = encode_journal_entries(seed_, offset, entries);
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<File> file, site.files->open(site.journal(token), true));
  const Bytes part(bytes);
  PENSTOCK_TRY(file->write(file_bytes_, std::span(&part, 1)));
  PENSTOCK_TRY(file->sync());
  failed_ = false;
  file_bytes_ += bytes.size();
  for (const JournalEntry& entry : entries) cut_ += entry.bytes;
  return {};
}

Status PartialJournal::replace_tail(const JournalSite& site, const std::string& token, JournalTail tail) {
  if (failed_) return gave_up(site.journal(token));
  tail.offset = cut_;
  if (tail.end() <= offset()) return {};
  const std::vector<uint8_t> bytes = encode_journal_tail(seed_, tail);
  PENSTOCK_TRY(replace_file(*site.files, site.directory, site.tail(token), bytes));
  tail_end_ = tail.end();
  return {};
}

Status PartialJournal::end(const JournalSite& site, const std::string& token, const StoredUpload& result) {
  std::vector<uint8_t> bytes;
  {
    PENSTOCK_TRY_ASSIGN(const std::unique_ptr<File> file, site.files->open(site.journal(token), false));
    PENSTOCK_TRY_ASSIGN(const JournalReader reader, JournalReader::open(*file));
    bytes = encode_journal_head(reader.head());
  }
  const std::vector<uint8_t> record = encode_journal_result(seed_, result);
  bytes.insert(bytes.end(), record.begin(), record.end());
  PENSTOCK_TRY(replace_file(*site.files, site.directory, site.journal(token), bytes));
  PENSTOCK_TRY_ASSIGN(const bool tail, site.files->exists(site.tail(token)));
  return tail ? site.files->remove(site.tail(token)) : Status();
}

}  // namespace penstock
