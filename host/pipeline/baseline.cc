// SPDX-License-Identifier: Apache-2.0
#include "pipeline/baseline.h"

#include <deque>
#include <span>
#include <utility>
#include <variant>

#include "base/check.h"
#include "dag/directory_reader.h"
#include "dag/meta_list_reader.h"
#include "dag/object_info.h"
#include "pipeline/entry_meta.h"

namespace penstock {
namespace {

// What metadata does not speak of may be a file, a directory or a symlink, unless it is a leaf.
bool is_file(const TreeEntry& entry) {
  if (entry.meta) return (entry.meta->mode & kModeType) == kModeFile;
  return entry.content && entry.content->codec == Multicodec::raw;
}

bool is_marked(const TreeEntry& entry) {
  return entry.meta && entry.content && entry.item.mark && is_file(entry);
}

// Times are compared for being equal alone: which clock made them, and which way it went since, is no matter.
bool is_unchanged(const TreeEntry& entry, const FileStatus& status) {
  return is_marked(entry) && entry.meta->size == status.size &&
         entry.meta->mtime == file_time(status.mtime) && entry.item.mark->inode == status.inode &&
         entry.item.mark->ctime == file_time(status.ctime);
}

size_t ahead_bytes(const TreeEntry& entry) {
  size_t bytes = sizeof(TreeEntry) + 2 * entry.name.size();
  if (!entry.meta) return bytes;
  bytes += entry.meta->hard_link.size();
  for (const Xattr& attribute : entry.meta->xattrs) bytes += sizeof(Xattr) + xattr_bytes(attribute);
  return bytes;
}

}  // namespace

Baseline::Baseline(Store& store, const CommitTree& tree, Options options)
    : commit_(tree.cid),
      commit_files_(tree.commit.sizes.files),
      options_(std::move(options)),
      reader_(store.new_reader()),
      check_(store, *reader_) {
  if (check_.thorough() && !options_.reread)
    note("parts of the store are damaged: what unchanged files are made of is looked for");
  if (tree.scan_lost || !tree.meta || !tree.meta->scan) lost_scan();
  if (!tree.meta || tree.meta->several) {
    levels_.push_back(open_level(tree.top.directory()));
    return;
  }
  // The root is no entry of a directory, which would say how much hangs from it.
  TreeEntry top = tree.top;
  bool whole = false;
  if (is_file(top) && !options_.reread) {
    const auto info = inspect(*reader_, *top.content);
    if (info) {
      top.dag_bytes = info->dag_bytes;
      whole = check_.whole(std::span(&*top.content, 1)).front();
    }
  }
  levels_.emplace_back();
  levels_.back().ahead.push_back({std::move(top), whole});
}

Baseline::Level Baseline::open_level(const TreeDirectory& directory) {
  Level level;
  auto cursor = TreeCursor::open(*reader_, directory, [this](const Error& error) { damaged(error); });
  if (cursor) {
    level.cursor = std::move(*cursor);
  } else {
    damaged(cursor.error());
  }
  return level;
}

// What was passed is no longer asked for.
void Baseline::forget_passed(Level& level) {
  for (; level.forgotten < level.next; ++level.forgotten) {
    Ahead& passed = level.ahead[level.forgotten];
    ahead_bytes_ -= passed.bytes;
    passed = {};
  }
}

void Baseline::look_ahead(Level& level) {
  forget_passed(level);
  level.ahead.clear();
  level.next = level.forgotten = 0;
  std::vector<Cid> files;
  std::vector<size_t> places;
  size_t bytes = 0;
  const auto has_room = [&] { return bytes <= kLevelBytesMax && ahead_bytes_ <= options_.ahead_bytes_max; };
  while (level.cursor && level.ahead.size() < kAheadMax && (level.ahead.empty() || has_room())) {
    auto entry = level.cursor->next();
    if (!entry) damaged(entry.error());
    if (level.cursor->scan_lost()) lost_scan();
    if (!entry || !*entry) {
      level.cursor.reset();
      break;
    }
    if (is_marked(**entry) && !options_.reread) {
      files.push_back(*(*entry)->content);
      places.push_back(level.ahead.size());
    }
    const size_t entry_bytes = ahead_bytes(**entry);
    level.ahead.push_back({*std::move(*entry), false, entry_bytes});
    bytes += entry_bytes;
    ahead_bytes_ += entry_bytes;
    ahead_bytes_most_ = std::max(ahead_bytes_most_, ahead_bytes_);
  }
  const std::vector<bool> whole = check_.whole(files);
  for (size_t i = 0; i < places.size(); ++i) level.ahead[places[i]].whole = whole[i];
}

Baseline::Ahead* Baseline::peek(Level& level) {
  if (level.next == level.ahead.size() && level.cursor) look_ahead(level);
  return level.next < level.ahead.size() ? &level.ahead[level.next] : nullptr;
}

Baseline::Ahead* Baseline::take(const std::string& name) {
  PENSTOCK_CHECK(!levels_.empty());
  Level& level = levels_.back();
  forget_passed(level);
  while (Ahead* const ahead = peek(level)) {
    if (ahead->entry.name > name) break;
    ++level.next;
    if (ahead->entry.name == name) return ahead;
    count_gone(ahead->entry);
  }
  return nullptr;
}

void Baseline::enter(const std::string& name) {
  const Ahead* const was = take(name);
  Level below;
  if (was != nullptr) {
    // Of a directory without metadata nothing is known.
    if (was->entry.meta && is_directory(*was->entry.meta)) {
      below = open_level(was->entry.directory());
    } else {
      count_gone(was->entry);
    }
    forget_passed(levels_.back());
  }
  levels_.push_back(std::move(below));
  path_ += name + "/";
}

void Baseline::leave() {
  PENSTOCK_CHECK(levels_.size() > 1);
  leave_rest(levels_.back());
  levels_.pop_back();
  path_.resize(path_.rfind('/', path_.size() - 2) + 1);
}

void Baseline::leave_rest(Level& level) {
  while (const Ahead* const ahead = peek(level)) {
    ++level.next;
    count_gone(ahead->entry);
  }
  forget_passed(level);
}

FileMatch Baseline::match_file(const std::string& name, const FileStatus& status) {
  FileMatch match;
  const Ahead* const was = take(name);
  if (was == nullptr) return match;
  match.was_file = is_file(was->entry);
  if (!match.was_file) count_gone(was->entry);
  match.unchanged = is_unchanged(was->entry, status);
  if (options_.reread || !match.unchanged) return match;
  if (was->whole) match.known = known_file(was->entry);
  if (!match.known) ++files_lost_;
  return match;
}

std::optional<KnownFile> Baseline::known_file(const TreeEntry& entry) {
  KnownFile known{.content = {*entry.content, entry.meta->size, entry.dag_bytes},
                  .xattrs = entry.meta->xattrs,
                  .long_values = {}};
  for (const Xattr& attribute : known.xattrs) {
    const Cid* const cid = std::get_if<Cid>(&attribute.value);
    if (cid == nullptr) continue;
    const auto value = reader_->read(*cid);
    if (!value) return std::nullopt;
    known.long_values.emplace_back(value->begin(), value->end());
  }
  return known;
}

void Baseline::pass_other(const std::string& name) {
  const Ahead* const was = take(name);
  if (was != nullptr && (is_file(was->entry) || was->entry.list)) count_gone(was->entry);
}

void Baseline::pass_unreadable(const std::string& name) {
  take(name);
}

void Baseline::finish() {
  PENSTOCK_CHECK(levels_.size() == 1);
  leave_rest(levels_.back());
  levels_.back() = {};
  if (faults_ > 1)
    note(std::to_string(faults_) + " parts of commit " + commit_.text() + " could not be read");
  if (files_lost_ > 0)
    note("unchanged files that are read again, since the store lacks part of them: " +
         std::to_string(files_lost_));
}

void Baseline::count_gone(const TreeEntry& entry) {
  if (options_.gone) options_.gone(path_ + entry.name + (entry.list ? "/" : ""));
  if (is_file(entry)) {
    ++files_gone_;
  } else if (entry.list) {
    count_gone_below(*entry.list);
  }
}

// By metadata alone. A commit that says of itself that it has fewer files is not followed any further.
void Baseline::count_gone_below(const Cid& list) {
  std::deque<MetaListReader> open;
  open.emplace_back(*reader_, list);
  while (!open.empty() && files_gone_ < commit_files_) {
    auto entry = open.back().next();
    if (!entry) damaged(entry.error());
    if (!entry || !*entry) {
      open.pop_back();
      continue;
    }
    if (((*entry)->mode & kModeType) == kModeFile) ++files_gone_;
    if ((*entry)->list && open.size() < kDirectoryDepthMax) open.emplace_back(*reader_, *(*entry)->list);
  }
}

void Baseline::damaged(const Error& error) {
  if (faults_++ == 0)
    note("part of commit " + commit_.text() +
         " cannot be read, so files are read that it would have spared: " + error.what + ": " + error.why);
}

void Baseline::lost_scan() {
  if (!scan_lost_ && !options_.reread)
    note("commit " + commit_.text() +
         " lacks what its files are known again by, or part of it (its scan tree): these are read");
  scan_lost_ = true;
}

void Baseline::note(const std::string& text) const {
  if (options_.note) options_.note(text);
}

}  // namespace penstock
