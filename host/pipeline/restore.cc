// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restore.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <memory>
#include <utility>
#include <vector>

#include "dag/directory_reader.h"
#include "dag/object_info.h"
#include "pipeline/restoration.h"
#include "pipeline/restore_stage.h"

namespace penstock {
namespace {

using Clock = std::chrono::steady_clock;

// What an entry counts for --max-size beside its name and content: about what it costs a file system.
constexpr uint64_t kEntryBytes = 256;

uint64_t nanoseconds_since(Clock::time_point start) {
  return static_cast<uint64_t>(std::chrono::nanoseconds(Clock::now() - start).count());
}

Status check_range(const Cid& cid, const ObjectInfo& info, const std::optional<ByteRange>& range) {
  if (!range) return {};
  if (info.kind != ObjectKind::file)
    return fail(Errc::usage, cid.text(),
                "is a " + std::string(object_kind_text(info.kind)) + ": it has no byte range",
                "name a file in it, as CID/PATH");
  if (range->offset > info.content_bytes || range->length > info.content_bytes - range->offset)
    return fail(Errc::usage, cid.text(),
                "the range " + std::to_string(range->offset) + ":" + std::to_string(range->length) +
                    " goes past the end of its " + std::to_string(info.content_bytes) + " bytes",
                "choose OFFSET + LENGTH up to that size");
  return {};
}

// Walks a tree and makes what is in it below a directory descriptor; files' contents are the workers'.
class TreeRestore {
 public:
  // `root`: where the topmost paths are made; open until the restoration has finished.
  TreeRestore(Restoration& restoration, int root, RestoreReport& report)
      : restoration_(&restoration), root_(root), report_(&report), reader_(restoration.source()) {}

  // One entry: `name` in the directory `parent`, `path` for messages.
  Status make(int parent, const std::string& name, const std::string& path, const Cid& cid, size_t depth) {
    PENSTOCK_TRY(restoration_->course().charge(kEntryBytes + name.size(), path));
    const Result<ObjectInfo> info = inspect(restoration_->source(), cid);
    if (!info) return left_out(path, info.error());
    switch (info->kind) {
      case ObjectKind::file:
        return make_file(parent, name, path, cid);
      case ObjectKind::symlink:
        return make_symlink(parent, name, path, info->target);
      case ObjectKind::directory: {
        if (mkdirat(parent, name.c_str(), 0777) != 0) return fail_errno(path);
        PENSTOCK_TRY_ASSIGN(const Descriptor directory,
                            open_beneath(parent, name, O_RDONLY | O_DIRECTORY, 0, path));
        return fill(directory.number(), path, cid, depth + 1);
      }
      case ObjectKind::commit:
      case ObjectKind::dag_cbor:
        break;
    }
    return left_out(path, {Errc::corrupt, cid.text(), "is none of a file, directory or symlink", {}});
  }

  Status fill(int directory, const std::string& path, const Cid& cid, size_t depth) {
    if (depth > kDirectoryDepthMax)
      return left_out(path, {Errc::corrupt, cid.text(), "directories are nested deeper than 1024", {}});
    const Result<std::vector<DirectoryEntry>> entries = reader_.list(cid);
    if (!entries) return left_out(path, entries.error());
    ++report_->directories;
    for (const DirectoryEntry& entry : *entries) {
      std::string below = path.empty() ? entry.name : path + "/" + entry.name;
      if (entry.cid.codec == Multicodec::raw && entry.name.size() <= NAME_MAX && below.size() < PATH_MAX) {
        PENSTOCK_TRY(restoration_->course().charge(kEntryBytes + entry.name.size(), below));
        ++report_->files;
        PENSTOCK_TRY(restoration_->restore_leaf_file(root_, std::move(below), entry.cid, entry.dag_bytes));
        continue;
      }
      PENSTOCK_TRY(make(directory, entry.name, below, entry.cid, depth));
    }
    return {};
  }

 private:
  // Damage costs an entry; anything else ends the restore.
  Status left_out(const std::string& path, Error error) {
    if (error.code != Errc::corrupt && error.code != Errc::absent) return Failure(std::move(error));
    error.code = Errc::corrupt;
    restoration_->course().report(path, error);
    return {};
  }

  // A name or target that the file system here does not take costs that entry alone.
  Status not_made(const std::string& path, int error) {
    if (error != ENAMETOOLONG && error != EINVAL && error != EILSEQ)
      return fail_errno(path, error, "see that there are room and rights, and restore again");
    restoration_->course().report(path,
                                  {Errc::corrupt, "entry", "the file system refuses it: " + errno_text(error),
                                   "restore it alone, as CID/PATH with -o"});
    return {};
  }

  Status make_file(int parent, const std::string& name, const std::string& path, const Cid& cid) {
    if (name.size() > NAME_MAX) return not_made(path, ENAMETOOLONG);
    PENSTOCK_TRY_ASSIGN(Descriptor output,
                        open_beneath(parent, name, O_WRONLY | O_CREAT | O_EXCL, 0666, path));
    auto file = std::make_unique<RestoredFile>();
    file->descriptor = output.release();
    file->path = path;
    ++report_->files;
    return restoration_->restore_file(std::move(file), cid, std::nullopt);
  }

  Status make_symlink(int parent, const std::string& name, const std::string& path,
                      const std::string& target) {
    if (symlinkat(target.c_str(), parent, name.c_str()) != 0) return not_made(path, errno);
    ++report_->symlinks;
    return {};
  }

  Restoration* restoration_;
  int root_;
  RestoreReport* report_;
  DirectoryReader reader_;
};

Status restore_content(Restoration& restoration, const RestoreStage& stage, const Cid& cid,
                       const ObjectInfo& info, const RestoreOptions& options, RestoreReport& report) {
  TreeRestore tree(restoration, stage.directory(), report);
  if (info.kind == ObjectKind::directory) return tree.fill(stage.directory(), "", cid, 0);
  if (!options.range) return tree.make(stage.directory(), RestoreStage::kContent, "", cid, 0);
  PENSTOCK_TRY_ASSIGN(Descriptor output, open_beneath(stage.directory(), RestoreStage::kContent,
                                                      O_WRONLY | O_CREAT | O_EXCL, 0666, cid.text()));
  auto file = std::make_unique<RestoredFile>();
  file->descriptor = output.release();
  ++report.files;
  return restoration.restore_file(std::move(file), cid, options.range);
}

}  // namespace

Result<RestoreReport> restore_to_descriptor(Store& store, const Cid& cid, int fd,
                                            const RestoreOptions& options) {
  const Clock::time_point start = Clock::now();
  RestoreReport report;
  PENSTOCK_TRY_ASSIGN(auto restoration, Restoration::start(store, RestoreOrder::in_turn, options));
  PENSTOCK_TRY_ASSIGN(const ObjectInfo info, inspect(restoration->source(), cid));
  PENSTOCK_TRY(check_range(cid, info, options.range));
  if (info.kind != ObjectKind::file)
    return fail(Errc::usage, cid.text(), "is a " + std::string(object_kind_text(info.kind)) + ", not a file",
                "restore it with -o PATH");
  auto file = std::make_unique<RestoredFile>();
  file->descriptor = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (file->descriptor < 0) return fail_errno("output");
  const Status queued = restoration->restore_file(std::move(file), cid, options.range);
  PENSTOCK_TRY(restoration->finish(queued));
  if (!restoration->course().damages().empty()) return Failure(restoration->course().damages().front().error);
  report.files = 1;
  report.bytes_content = restoration->course().bytes_content();
  report.bytes_written = restoration->course().bytes_written();
  report.bytes_decoded = restoration->bytes_decoded();
  report.nanoseconds = nanoseconds_since(start);
  return report;
}

Result<RestoreReport> restore_to_path(Store& store, const Cid& cid, const std::string& path,
                                      const RestoreOptions& options) {
  const Clock::time_point start = Clock::now();
  RestoreReport report;
  PENSTOCK_TRY_ASSIGN(auto restoration, Restoration::start(store, RestoreOrder::any, options));
  PENSTOCK_TRY_ASSIGN(const ObjectInfo info, inspect(restoration->source(), cid));
  PENSTOCK_TRY(check_range(cid, info, options.range));
  const bool directory = info.kind == ObjectKind::directory;
  PENSTOCK_TRY_ASSIGN(RestoreStage stage, RestoreStage::create(path, directory));
  const Status walked = restore_content(*restoration, stage, cid, info, options, report);
  PENSTOCK_TRY(restoration->finish(walked));
  report.entries_reported = restoration->course().damages().size();
  if (report.entries_reported > 0) {
    // Of a single file nothing would be left; of a tree the rest is worth having.
    const RestoreCourse::Damage& first = restoration->course().damages().front();
    if (!directory || first.path.empty()) return Failure(first.error);
    PENSTOCK_TRY(remove_damaged(restoration->course(), stage.directory()));
  }
  PENSTOCK_TRY(stage.promote());
  report.bytes_content = restoration->course().bytes_content();
  report.bytes_written = restoration->course().bytes_written();
  report.bytes_decoded = restoration->bytes_decoded();
  report.nanoseconds = nanoseconds_since(start);
  return report;
}

}  // namespace penstock
