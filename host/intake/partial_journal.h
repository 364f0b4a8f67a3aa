// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "chunking/chunker_spec.h"
#include "dag/file_builder.h"
#include "intake/loaded_upload.h"
#include "intake/upload_journal.h"
#include "store/file_system.h"
#include "store/store.h"

namespace penstock {

// Where journals lie.
struct JournalSite {
  FileSystem* files = nullptr;
  std::string directory;

  std::string journal(const std::string& token) const { return directory + "/" + token; }
  std::string tail(const std::string& token) const { return journal(token) + ".tail"; }
};

// The files of one partial upload, and how far they are. One thread at a time.
class PartialJournal {
 public:
  // A new one, durable on return.
  static Result<PartialJournal> create(const JournalSite& site, const std::string& token,
                                       const JournalHead& head);
  // One that is there: reads it to its end, and cuts off what is not whole. corrupt error: it is of no use.
  static Result<PartialJournal> open(const JournalSite& site, const std::string& token, JournalHead& head,
                                     std::optional<StoredUpload>& result);
  static Status remove(const JournalSite& site, const std::string& token);

  // How much of the object is durable.
  uint64_t offset() const { return std::max(tail_end_, cut_); }

  // Reads it again, into a tree. A leaf that the store has not got any more ends it: it is cut off there.
  Result<LoadedUpload::Content> load(const JournalSite& site, const std::string& token, Store& store,
                                     const ChunkerSpec& chunker, LinkLayout layout);

  // Each durable on return; after an error it is as it was, and takes nothing more.
  Status append(const JournalSite& site, const std::string& token, uint64_t offset,
                std::span<const JournalEntry> entries);
  // Bytes behind the last entry.
  Status replace_tail(const JournalSite& site, const std::string& token, JournalTail tail);
  // Nothing but the result is kept.
  Status end(const JournalSite& site, const std::string& token, const StoredUpload& result);
  // For whoever goes on from what is there.
  void take_again() { failed_ = false; }

 private:
  Result<JournalTail> read_tail(const JournalSite& site, const std::string& token) const;
  Status cut_off(const JournalSite& site, const std::string& token, uint64_t file_bytes,
                 uint64_t object_bytes);

  uint32_t seed_ = 0;
  uint64_t file_bytes_ = 0;
  uint64_t cut_ = 0;       // of the object, in entries
  uint64_t tail_end_ = 0;  // of the object, with its tail
  bool failed_ = false;
};

}  // namespace penstock
