// SPDX-License-Identifier: Apache-2.0
#include "appliance/get_preview.h"

#include <fmt/format.h>

#include <memory>

#include "appliance/json_text.h"
#include "appliance/line_text.h"
#include "base/size_text.h"
#include "pipeline/restore_preview.h"
#include "pipeline/restore_selection.h"

namespace penstock {
namespace {

constexpr char kLetters[kPreviewedChanges] = {'+', 'M', 'U', '!', '-'};

Json preview_json(const RestorePreviewReport& report, const std::string& path) {
  Json object;
  object["dry_run"] = true;
  set_text(object, "path", path);
  object["changes"] = {{"made", report.of(PreviewedChange::made)},
                       {"replaced", report.of(PreviewedChange::replaced)},
                       {"metadata", report.of(PreviewedChange::metadata)},
                       {"in_the_way", report.of(PreviewedChange::in_the_way)},
                       {"removed", report.of(PreviewedChange::removed)},
                       {"kept", report.kept}};
  object["sizes"] = {{"content", report.bytes_content}};
  object["left_out_count"] = report.damages;
  return object;
}

std::string preview_text(const RestorePreviewReport& report) {
  return fmt::format("would restore {}: {} new, {} replaced, {} metadata alone, {} removed, {} kept",
                     human_size(report.bytes_content), report.of(PreviewedChange::made),
                     report.of(PreviewedChange::replaced), report.of(PreviewedChange::metadata),
                     report.of(PreviewedChange::removed), report.kept);
}

}  // namespace

Result<int> preview_get(Store& store, const CommitTree& tree, const TreeEntry& entry,
                        const std::string& path_in_tree, const std::string& path,
                        const TreeRestoreOptions& choices, bool json, Console& console) {
  RestorePreviewOptions options;
  options.overwrite = choices.overwrite;
  options.remove_others = choices.remove_others;
  options.specials = choices.specials;
  if (!json)
    options.told = [&](PreviewedChange change, const std::string& what) {
      console.print(fmt::format("{} {}\n", kLetters[static_cast<size_t>(change)], name_text(what)));
    };
  options.damage = [&](const std::string& what, const Error& error) {
    Error named = error;
    named.code = Errc::corrupt;
    if (!what.empty()) named.what = name_text(what) + ": " + named.what;
    console.report(named);
  };
  const auto source = store.new_reader();
  RestoreSelection selection(choices.include, choices.exclude, put_path(tree, path_in_tree));
  selection.spare(choices.spares);
  RestorePreview preview(*source, selection, options);
  PENSTOCK_TRY(preview.look(entry, path));
  const RestorePreviewReport& report = preview.report();
  const bool may_be_empty = choices.include.empty() || choices.remove_others || report.damages > 0 ||
                            report.of(PreviewedChange::in_the_way) > 0;
  if (!may_be_empty && !report.takes_any) return RestoreSelection::nothing_taken();
  if (json) print_json(console, preview_json(report, path));
  console.summary(preview_text(report));
  if (report.damages > 0) return static_cast<int>(Errc::corrupt);
  return report.of(PreviewedChange::in_the_way) == 0 ? 0 : static_cast<int>(Errc::partial);
}

}  // namespace penstock
