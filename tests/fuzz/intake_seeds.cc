// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "fuzz/corpus_writer.h"
#include "intake/upload_journal.h"

namespace penstock {

void write_intake_seeds(CorpusWriter& corpus) {
  const std::vector<uint8_t> head =
      encode_journal_head({"photos/a.jpg", "token me", "cdc:16K:64K:256K", 1'800'000'000, 1 << 20});
  // Records that go on behind the head that the target gives them, and behind their own.
  const std::vector<uint8_t> given = encode_journal_head({"name", "caller", "terms", 0, {}});
  JournalEntry leaf{{}, 65'536, false, true};
  leaf.digest.bytes.fill(7);
  const std::array entries = {leaf, JournalEntry{{}, uint64_t{1} << 33, true, false}, leaf};
  std::vector<uint8_t> whole = head;
  for (const auto& record :
       {encode_journal_entries(journal_seed(head), 0, entries),
        encode_journal_result(journal_seed(head),
                              {cid_of(Multicodec::raw, head), cid_of(Multicodec::dag_cbor, head), 9})})
    whole.insert(whole.end(), record.begin(), record.end());
  corpus.write("upload_journal", "head", head);
  corpus.write("upload_journal", "whole", whole);
  corpus.write("upload_journal", "entries", encode_journal_entries(journal_seed(given), 0, entries));
  corpus.write("upload_journal", "tail", encode_journal_tail(0, {1 << 20, 1 << 16, {1, 2, 3}}));
}

}  // namespace penstock
