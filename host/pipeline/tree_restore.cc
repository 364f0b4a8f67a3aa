// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tree_restore.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <utility>

#include "dag/object_info.h"
#include "pipeline/attribute_writer.h"
#include "pipeline/left_entries.h"
#include "pipeline/memory_plan.h"
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

constexpr unsigned kCheckThreadsMax = 16;

// Of what a stage holds and what is believed of it: one of another version is left alone.
constexpr char kStageVersion[] = "stage 4";

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
  return entry.meta && same_size_and_time(status, *entry.meta);
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

// One restore to a path, and what all of its steps need.
struct Course {
  const TreeEntry& entry;
  const std::string& path;
  const TreeRestoreOptions& options;
  RefusalTally& refused;
  AttributeWriter attributes;
  RestoreSelection selection;
  std::unique_ptr<Restoration> restoration;
  TreeRestoreReport report;
  bool has_metadata = false;
};

// The failure of a restore whose stage is left, to be gone on with. `walked`: what it has is whole.
Failure keep_stage(Course& course, RestoreStage& stage, bool walked, Error error) {
  const RestoreCourse& shared = course.restoration->course();
  const std::string path = stage.path();
  const bool begun = stage.resumed() || walked || (shared.bytes_written() > 0 && !shared.limit_reached());
  if (!begun || path.empty() || (!walked && !stage.can_be_found())) return Failure(std::move(error));
  remove_doubtful(shared, stage.directory());
  stage.keep();
  if (!error.remedy.empty()) error.remedy += "; ";
  if (!stage.can_be_found()) {
    error.remedy +=
        "what was restored and has not got its place is in " + path + "/" + RestoreStage::kContent;
    return Failure(std::move(error));
  }
  error.remedy += "the same command goes on with what is whole, which is kept in " + path;
  return Failure(std::move(error));
}

// What gets of other options, or to other paths, left there takes room, and nothing else speaks of it.
void tell_others(const Course& course, const RestoreStage& stage) {
  LeftEntries left("was left by a restore that did not end",
                   [&](const std::string& path, const Error& error) {
                     if (!course.options.note) return;
                     course.options.note(path.empty() ? error.what + " such directories"
                                                      : path + ": " + error.what + " (" + error.remedy + ")");
                   });
  for (const std::string& other : stage.others())
    left.add(other, {Errc::partial, {}, {}, "repeat its command to go on with it, or remove it"});
  left.end();
}

Status restore_one(Course& course, const std::string& key) {
  const TreeRestoreOptions& options = course.options;
  if (stays(course.path, course.entry, options.overwrite)) {
    course.report.kept = 1;
    if (options.overwrite == Overwrite::never) return {};
    MetaEntry meta = *course.entry.meta;
    PENSTOCK_TRY(fetch_xattr_values(course.restoration->source(), meta));
    return course.attributes.apply_at(AT_FDCWD, course.path, meta, course.path, false);
  }
  const bool over = options.overwrite != Overwrite::refuse;
  PENSTOCK_TRY_ASSIGN(RestoreStage stage, RestoreStage::create(course.path, false, over, key));
  TreeMaker maker(*course.restoration, stage.directory(), course.selection, course.attributes, course.refused,
                  course.report);
  if (course.has_metadata) maker.keep_private();
  PENSTOCK_TRY(course.restoration->finish(maker.make_alone(course.entry, RestoreStage::kContent)));
  // Of a single file nothing would be left.
  const auto& damages = course.restoration->course().damages();
  if (!damages.empty()) return Failure(damages.front().error);
  if (course.refused.entries_missing() == 0) PENSTOCK_TRY(stage.promote());
  return {};
}

// Files and all that is no directory, in the stage.
Status fill_stage(Course& course, RestoreStage& stage, int target, Overwrite overwrite) {
  TreeMaker maker(*course.restoration, stage.directory(), course.selection, course.attributes, course.refused,
                  course.report);
  if (course.has_metadata) maker.keep_private();
  maker.look_at(target, overwrite);
  if (stage.resumed()) maker.resume();
  if (!course.options.specials) maker.leave_specials_out();
  RestoreCourse& shared = course.restoration->course();
  LeftEntries full("not restored",
                   [&](const std::string& path, const Error& error) { shared.tell(path, error); });
  LeftEntries bare("left alone", [&](const std::string& path, const Error& error) {
    if (!course.options.note) return;
    const std::string what = error.what + (error.why.empty() ? "" : ": " + error.why);
    course.options.note(path.empty() ? what : path + ": " + what);
  });
  maker.tell_mount_points(full, bare);
  PENSTOCK_TRY(course.restoration->finish(maker.fill_root(course.entry)));
  full.end();
  bare.end();
  course.report.mount_points = full.count();
  if (shared.damages().empty()) return {};
  // Of a tree the rest is worth having.
  if (shared.damages().front().path.empty()) return Failure(shared.damages().front().error);
  return remove_damaged(shared, stage.directory());
}

// By no fault of the commit.
bool has_taken_nothing(const Course& course) {
  const RestoreCourse& shared = course.restoration->course();
  return !course.options.include.empty() && !course.options.remove_others && !course.report.takes_any &&
         course.report.mount_points == 0 && shared.damages().empty() && shared.noted() == 0;
}

// Fills the stage and gives what is in it its place. `walked`: all was brought. `pruned`: what went wrong
// when others were removed.
Status restore_in(Course& course, RestoreStage& stage, bool& walked, Status& pruned) {
  const TreeRestoreOptions& options = course.options;
  const bool over = options.overwrite != Overwrite::refuse;
  Descriptor target;
  if (stage.target_stands()) {
    target = Descriptor(open(course.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (target.number() < 0) return fail_errno(course.path);
  }
  // What an earlier restore moved there is whole; what else is there by now is not to be lost.
  const Overwrite meeting = over || !stage.merge_begun() ? options.overwrite : Overwrite::never;
  PENSTOCK_TRY(fill_stage(course, stage, target.number(), meeting));
  if (has_taken_nothing(course)) return RestoreSelection::nothing_taken();
  walked = true;
  BlockSource& source = course.restoration->source();
  TreeFinisher finisher(source, course.entry, course.selection, course.attributes,
                        course.restoration->course());
  TreeMerge merge(stage.directory(), target.number(), over);
  merge.tell_left([&](const std::string& where, const Error& error) {
    ++course.report.in_the_way;
    course.restoration->course().tell(
        where, {Errc::partial, "entry", "what stands in its place cannot be removed: " + error.why,
                "remove that, and restore again"});
  });
  const auto& meta = course.entry.meta;
  if (options.overwrite != Overwrite::never && target.number() >= 0)
    merge.close_to(meta ? mode_until_restored(target.number(), *meta, course.attributes.owners()) : 0777);
  if (target.number() >= 0) finisher.look_at(target.number(), merge, meeting);
  if (course.report.hard_links > 0) PENSTOCK_TRY(finisher.link_names(stage.directory()));
  course.report.hard_links = finisher.links();
  const auto finish = [&](int there) -> Status {
    if (options.remove_others) {
      LeftEntries left("not removed", [&](const std::string& path, const Error& error) {
        course.restoration->course().tell(path, error);
      });
      TreePruning pruning(source, course.selection, options.removed,
                          [&](const std::string& path, const Error& error) { left.add(path, error); });
      pruning.spare(stage.name_in_target());
      pruned = pruning.prune(there, course.entry.directory());
      course.report.removed = pruning.entries_removed();
      course.report.not_removed = left.count();
      left.end();
    }
    return finisher.finish_directories(there,
                                       target.number() < 0 || !over ? Overwrite::always : options.overwrite);
  };
  if (target.number() < 0) return stage.promote(finish);
  if (stage.merge_begun()) merge.take_plan(*stage.merge_begun());
  PENSTOCK_TRY_ASSIGN(const std::string plan, merge.plan());
  return stage.merge_into(
      plan, [&] { return merge.move_all(); }, finish);
}

Status restore_directory(Course& course, const std::string& key) {
  const bool over = course.options.overwrite != Overwrite::refuse;
  PENSTOCK_TRY_ASSIGN(RestoreStage stage, RestoreStage::create(course.path, true, over, key));
  tell_others(course, stage);
  bool walked = false;
  Status pruned;
  Status placed = restore_in(course, stage, walked, pruned);
  if (!placed) return keep_stage(course, stage, walked, std::move(placed).error());
  return pruned;
}

// The owners as the options say; by number where the commit knows no names.
RestoredOwners owners_of(const CommitTree& tree, OwnerChoice choice) {
  if (choice == OwnerChoice::none) return RestoredOwners::none();
  return choice == OwnerChoice::names && tree.meta ? RestoredOwners::by_name(*tree.meta)
                                                   : RestoredOwners::by_number();
}

Status check_restored(Course& course, Store& store) {
  RestoreCourse& shared = course.restoration->course();
  const RestoredMetadata metadata(course.attributes.owners(), course.refused);
  RestoredCheckOptions options;
  options.threads = std::min(usable_threads(course.options.restore.threads), kCheckThreadsMax);
  options.specials = course.options.specials;
  options.differs = [&](const std::string& where, const Error& error) { shared.tell(where, error); };
  RestoredCheck check(store, course.restoration->source(), course.selection, metadata, course.refused,
                      options);
  const std::filesystem::path target(course.path);
  const std::filesystem::path whole = target.has_filename() ? target : target.parent_path();
  const std::string above = whole.has_parent_path() ? whole.parent_path().string() : ".";
  const Descriptor directory(open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.number() < 0) return fail_errno(above);
  PENSTOCK_TRY(check.check(directory.number(), whole.filename().string(), course.entry));
  course.report.verified = check.entries_checked();
  course.report.differences = check.differences();
  course.report.not_restorable = check.not_restorable();
  return {};
}

}  // namespace

std::string restore_key(const CommitTree& tree, const TreeEntry& entry, const std::string& path_in_tree,
                        const TreeRestoreOptions& options) {
  std::string key = std::string(kStageVersion) + '\0' + tree.cid.text() + '\0' +
                    (entry.content ? entry.content->text() : "") + '\0';
  key += path_in_tree + '\0' + options.choices + '\0' + std::to_string(static_cast<int>(options.owners)) +
         (options.specials ? "s" : "") + '\0';
  key += std::to_string(static_cast<int>(options.overwrite)) + '\0';
  return key;
}

Result<TreeRestoreReport> restore_tree(Store& store, const CommitTree& tree, const TreeEntry& entry,
                                       const std::string& path_in_tree, const std::string& path,
                                       const TreeRestoreOptions& options, RefusalTally& refused) {
  const Clock::time_point start = Clock::now();
  Course course{entry,
                path,
                options,
                refused,
                AttributeWriter(refused, owners_of(tree, options.owners)),
                RestoreSelection(options.include, options.exclude, put_path(tree, path_in_tree)),
                nullptr,
                {},
                tree.meta.has_value()};
  course.selection.spare(options.spares);
  if (options.verify) refused.remember_paths();
  PENSTOCK_TRY_ASSIGN(course.restoration,
                      Restoration::start(store, RestoreOrder::any, options.restore, &course.attributes));
  PENSTOCK_TRY_ASSIGN(const bool directory, is_directory_entry(course.restoration->source(), entry));
  const std::string key = restore_key(tree, entry, path_in_tree, options);
  PENSTOCK_TRY(directory ? restore_directory(course, key) : restore_one(course, key));
  if (options.verify) PENSTOCK_TRY(check_restored(course, store));
  complete(course.report, *course.restoration, start);
  return course.report;
}

}  // namespace penstock
