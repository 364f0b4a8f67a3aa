// SPDX-License-Identifier: Apache-2.0
#include "appliance/put_dry_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "appliance/chosen_store.h"
#include "appliance/json_text.h"
#include "appliance/line_text.h"
#include "appliance/put_choices.h"
#include "appliance/put_command.h"
#include "appliance/put_parent.h"
#include "appliance/put_report_text.h"
#include "appliance/put_selection.h"
#include "pipeline/put_rehearsal.h"

namespace penstock {
namespace {

std::string entry_line(RehearsedEntry kind, const std::string& path) {
  const std::string text = name_text(path);
  switch (kind) {
    case RehearsedEntry::new_file:
      return "+ " + text + "\n";
    case RehearsedEntry::changed_file:
      return "M " + text + "\n";
    case RehearsedEntry::unchanged_file:
      return "= " + text + "\n";
    case RehearsedEntry::directory:
      return "  " + text + (text.ends_with('/') ? "\n" : "/\n");
    case RehearsedEntry::other:
      return "  " + text + "\n";
  }
  return "\n";
}

// `path` as Baseline tells it.
std::string gone_line(const PutInputs& inputs, const std::string& path) {
  const size_t slash = std::min(path.find('/'), path.size());
  const auto top = std::ranges::find(inputs.names, path.substr(0, slash));
  if (top == inputs.names.end()) return "- " + name_text(path) + "\n";
  std::string shown = inputs.paths[static_cast<size_t>(top - inputs.names.begin())];
  if (shown.ends_with('/') && slash < path.size()) shown.pop_back();
  return "- " + name_text(shown + path.substr(slash)) + "\n";
}

uint64_t bytes_read(const PutCounters& counters) {
  return counters.bytes_content - counters.bytes_linked - counters.bytes_unchanged;
}

Json report_json(const PutReport& report, const EntryFilter& filter, const LeftOut& left_out) {
  Json object;
  object["dry_run"] = true;
  object["parent"] = report.parent ? Json(report.parent->text()) : Json();
  object["changes"] = changes_json(report);
  object["entries"] = entries_json(report.counters);
  object["sizes"] = {{"content", report.counters.bytes_content},
                     {"read", bytes_read(report.counters)},
                     {"unchanged", report.counters.bytes_unchanged}};
  object["excluded"] = excluded_json(filter);
  set_left_out(object, left_out);
  return object;
}

std::string report_text(const PutReport& report, const EntryFilter& filter) {
  const PutCounters& counters = report.counters;
  std::string text = fmt::format(
      "would put {} bytes in {} files{}, {} directories, {} symlinks and {} special files, and read {} "
      "bytes\n",
      counters.bytes_content, counters.files, changes_text(report), counters.directories, counters.symlinks,
      counters.specials, bytes_read(counters));
  if (const std::string excluded = excluded_text(filter); !excluded.empty())
    text += "would leave out: " + excluded + "\n";
  return text;
}

}  // namespace

Result<int> dry_run_put(const PutCommand& command, const GlobalOptions& global, const std::string& directory,
                        Console& console) {
  if (is_standard_input(command.paths))
    return fail(Errc::usage, "--dry-run", "would have to read standard input, which is gone then",
                "name files or directories");
  if (global.json && command.verbose)
    return fail(Errc::usage, "--verbose", "prints lines, and --json one value", "leave out one of them");
  const auto told = [&](const std::string& path, FilterRule rule) {
    if (command.verbose) {
      console.print(fmt::format("x {} ({})\n", name_text(path), filter_rule_text(rule)));
    } else if (rule == FilterRule::store) {
      console.note(path + ": " + filter_rule_text(rule));
    }
  };
  PENSTOCK_TRY_ASSIGN(SelectedInputs selected, open_selected(command.selection, command.paths, command.name,
                                                             directory, command.settle_seconds, told));
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
  const StoreConfig& config = store->config();
  PENSTOCK_TRY_ASSIGN(const PutOptions options,
                      parse_put_choices({config.chunker, command.codec.empty() ? config.codec : command.codec,
                                         command.profile, command.verify, command.threads}));
  std::function<void(const std::string& path)> gone;
  if (command.verbose)
    gone = [&](const std::string& path) { console.print(gone_line(selected.inputs, path)); };
  PENSTOCK_TRY_ASSIGN(const std::optional<PutParent> compared,
                      choose_parent(*store, {command.parent, command.reread},
                                    command.parent_query(selected, options), console, gone));
  LeftOut left_out;
  RehearsalOptions rehearsal;
  if (compared) rehearsal.baseline = compared->baseline.get();
  rehearsal.report = [&](const Error& error) {
    console.report(error);
    left_out.add(error);
  };
  if (command.verbose)
    rehearsal.entry = [&](RehearsedEntry kind, const std::string& path) {
      console.print(entry_line(kind, path));
    };
  PENSTOCK_TRY_ASSIGN(const RehearsalReport outcome, rehearse_put(*selected.inputs.entries, rehearsal));
  PENSTOCK_TRY(check_taken(*selected.filter, outcome.counters));
  PutReport report;
  report.counters = outcome.counters;
  report.parent = outcome.parent;
  if (global.json) {
    print_json(console, report_json(report, *selected.filter, left_out));
  } else {
    console.print(report_text(report, *selected.filter));
  }
  return outcome.counters.entries_reported == 0 ? 0 : static_cast<int>(Errc::partial);
}

}  // namespace penstock
