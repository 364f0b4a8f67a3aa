// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tree_restore.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "dag/object_info.h"
#include "pipeline/attribute_writer.h"
#include "pipeline/restoration.h"
#include "pipeline/restore_selection.h"
#include "pipeline/restore_stage.h"
#include "pipeline/restored_check.h"
#include "pipeline/tree_finisher.h"
#include "pipeline/tree_maker.h"
#include "pipeline/tree_merge.h"
#include "pipeline/tree_pruning.h"

namespace penstock {
namespace {

using Clock = std::chrono::steady_clock;

Result<bool> is_directory_entry(BlockSource& source, const TreeEntry& entry) {
  if (!entry.content) return false;
  PENSTOCK_TRY_ASSIGN(const ObjectInfo info, inspect(source, *entry.content));
  return info.kind == ObjectKind::directory;
}

// Of one thing that is no directory: whether what stands at `path` is left as it is.
bool stays(const std::string& path, const TreeEntry& entry, Overwrite overwrite) {
  struct stat status {};
  if (overwrite != Overwrite::never && overwrite != Overwrite::if_changed) return false;
  if (lstat(path.c_str(), &status) != 0) return false;
  if (overwrite == Overwrite::never) return true;
  return entry.meta && S_ISREG(status.st_mode) && (entry.meta->mode & kModeType) == kModeFile &&
         static_cast<uint64_t>(status.st_size) == entry.meta->size &&
         status.st_mtim.tv_sec == entry.meta->mtime.seconds &&
         status.st_mtim.tv_nsec == static_cast<long>(entry.meta->mtime.nanoseconds);
}

Status check_restored(Restoration& restoration, const RestoreSelection& selection, const TreeEntry& entry,
                      const std::string& path, TreeRestoreReport& report) {
  RestoredCheck check(restoration.source(), selection, [&](const std::string& where, const Error& error) {
    restoration.course().tell(where, error);
  });
  const std::filesystem::path target(path);
  const std::filesystem::path whole = target.has_filename() ? target : target.parent_path();
  const std::string above = whole.has_parent_path() ? whole.parent_path().string() : ".";
  const Descriptor directory(open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.number() < 0) return fail_errno(above);
  PENSTOCK_TRY(check.check_entry(directory.number(), whole.filename().string(), "", entry, 0));
  report.verified = check.entries_checked();
  report.differences = check.differences();
  return {};
}

void complete(TreeRestoreReport& report, Restoration& restoration, Clock::time_point start) {
  RestoreReport& restored = report.restored;
  restored.entries_reported = restoration.course().damages().size();
  restored.bytes_content = restoration.course().bytes_content();
  restored.bytes_written = restoration.course().bytes_written();
  restored.bytes_decoded = restoration.bytes_decoded();
  restored.nanoseconds = static_cast<uint64_t>(std::chrono::nanoseconds(Clock::now() - start).count());
  report.metadata_damaged = restoration.course().noted();
}

}  // namespace

Result<TreeRestoreReport> restore_tree(Store& store, const CommitTree& tree, const TreeEntry& entry,
                                       const std::string& path_in_tree, const std::string& path,
                                       const TreeRestoreOptions& options, RefusalTally& refused) {
  const Clock::time_point start = Clock::now();
  TreeRestoreReport report;
  const AttributeWriter attributes(refused);
  RestoreSelection selection(options.include, options.exclude, put_path(tree, path_in_tree));
  PENSTOCK_TRY_ASSIGN(auto restoration,
                      Restoration::start(store, RestoreOrder::any, options.restore, &attributes));
  PENSTOCK_TRY_ASSIGN(const bool directory, is_directory_entry(restoration->source(), entry));
  if (!directory && stays(path, entry, options.overwrite)) {
    report.kept = 1;
    if (options.overwrite == Overwrite::never) return report;
    MetaEntry meta = *entry.meta;
    PENSTOCK_TRY(fetch_xattr_values(restoration->source(), meta));
    PENSTOCK_TRY(attributes.apply_at(AT_FDCWD, path, meta, path, false));
    return report;
  }
  const bool over = options.overwrite != Overwrite::refuse;
  PENSTOCK_TRY_ASSIGN(RestoreStage stage, RestoreStage::create(path, directory, over));
  // What stands around the target is not to be handed down.
  (void)fremovexattr(stage.directory(), "system.posix_acl_default");
  Descriptor target;
  if (over && stage.inside()) target = Descriptor(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  TreeMaker maker(*restoration, stage.directory(), selection, attributes, refused, report);
  maker.look_at(target.number(), options.overwrite);
  const Status walked = directory ? maker.fill_root(entry) : maker.make_alone(entry, RestoreStage::kContent);
  PENSTOCK_TRY(restoration->finish(walked));
  const auto& damages = restoration->course().damages();
  if (!damages.empty()) {
    // Of a single file nothing would be left; of a tree the rest is worth having.
    if (!directory || damages.front().path.empty()) return Failure(damages.front().error);
    PENSTOCK_TRY(remove_damaged(restoration->course(), stage.directory()));
  }
  if (!directory) {
    if (refused.entries_missing() == 0) PENSTOCK_TRY(stage.promote());
    if (options.verify) PENSTOCK_TRY(check_restored(*restoration, selection, entry, path, report));
    complete(report, *restoration, start);
    return report;
  }
  TreeFinisher finisher(restoration->source(), entry, selection, attributes, restoration->course());
  TreeMerge merge(stage.directory(), target.number());
  if (target.number() >= 0) finisher.look_at(target.number(), merge, options.overwrite != Overwrite::never);
  if (report.hard_links > 0) PENSTOCK_TRY(finisher.link_names(stage.directory()));
  report.hard_links = finisher.links();
  const auto finish = [&](int there) -> Status {
    if (options.remove_others) {
      TreePruning pruning(restoration->source(), selection, options.removed);
      PENSTOCK_TRY(pruning.prune(there, entry.directory()));
      report.removed = pruning.entries_removed();
    }
    return finisher.finish_directories(there);
  };
  PENSTOCK_TRY(target.number() < 0 ? stage.promote(finish)
                                   : stage.merge_into([&] { return merge.move_all(); }, finish));
  if (options.verify) PENSTOCK_TRY(check_restored(*restoration, selection, entry, path, report));
  complete(report, *restoration, start);
  return report;
}

}  // namespace penstock
