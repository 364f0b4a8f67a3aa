// SPDX-License-Identifier: Apache-2.0
#include "pipeline/put_rehearsal.h"

#include <utility>

#include "base/check.h"
#include "pipeline/baseline.h"
#include "pipeline/entry_events.h"
#include "pipeline/met_files.h"

namespace penstock {
namespace {

class Rehearsal {
 public:
  explicit Rehearsal(const RehearsalOptions& options) : options_(&options) {}

  void meet(const Entry& entry);
  RehearsalReport finish();

 private:
  void meet_file(const Entry& entry);
  void report(const Error& error) {
    ++report_.counters.entries_reported;
    if (options_->report) options_->report(error);
  }
  void tell(RehearsedEntry kind, const Entry& entry) const {
    if (options_->entry) options_->entry(kind, entry.path);
  }

  const RehearsalOptions* options_;
  RehearsalReport report_;
  MetFiles met_;
};

void Rehearsal::meet(const Entry& entry) {
  Baseline* const baseline = options_->baseline;
  switch (entry.kind) {
    case Entry::Kind::directory_begin:
      if (baseline != nullptr) baseline->enter(entry.name);
      ++report_.counters.directories;
      return tell(RehearsedEntry::directory, entry);
    case Entry::Kind::directory_end:
      if (baseline != nullptr) baseline->leave();
      return;
    case Entry::Kind::file:
      return meet_file(entry);
    case Entry::Kind::symlink:
    case Entry::Kind::special:
      if (baseline != nullptr) baseline->pass_other(entry.name);
      ++(entry.kind == Entry::Kind::symlink ? report_.counters.symlinks : report_.counters.specials);
      return tell(RehearsedEntry::other, entry);
    case Entry::Kind::unreadable:
      if (baseline != nullptr) baseline->pass_unreadable(entry.name);
      report(entry.error);
  }
}

void Rehearsal::meet_file(const Entry& entry) {
  PENSTOCK_CHECK(entry.status.has_value());
  PutCounters& counters = report_.counters;
  FileMatch match;
  if (options_->baseline != nullptr) match = match_entry(*options_->baseline, entry);
  const uint64_t bytes = entry.status->size;
  const FileStatus& status = *entry.status;
  const MetFiles::Meeting met = met_.meet(status.device, status.inode, status.links,
                                          {bytes, file_time(status.ctime), file_time(status.mtime)});
  const bool further = met == MetFiles::Meeting::further;
  if (met == MetFiles::Meeting::changed)
    report({Errc::partial, entry.path, kChangedName, kChangedNameRemedy});
  ++counters.files;
  counters.bytes_content += bytes;
  if (further) {
    ++counters.files_linked;
    counters.bytes_linked += bytes;
  } else if (match.known) {
    counters.bytes_unchanged += bytes;
  }
  if (match.unchanged) {
    ++counters.files_unchanged;
    return tell(RehearsedEntry::unchanged_file, entry);
  }
  ++(match.was_file ? counters.files_changed : counters.files_new);
  tell(match.was_file ? RehearsedEntry::changed_file : RehearsedEntry::new_file, entry);
}

RehearsalReport Rehearsal::finish() {
  if (Baseline* const baseline = options_->baseline; baseline != nullptr) {
    baseline->finish();
    report_.counters.files_gone = baseline->files_gone();
    report_.parent = baseline->commit();
  }
  return report_;
}

}  // namespace

Result<RehearsalReport> rehearse_put(EntryStream& entries, const RehearsalOptions& options) {
  Rehearsal rehearsal(options);
  while (true) {
    PENSTOCK_TRY_ASSIGN(const std::optional<Entry> entry, entries.next());
    if (!entry) return rehearsal.finish();
    rehearsal.meet(*entry);
  }
}

}  // namespace penstock
