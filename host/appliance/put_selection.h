// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "appliance/json_text.h"
#include "appliance/put_choices.h"
#include "base/result.h"
#include "ingest/entry_filter.h"
#include "ingest/path_selection.h"
#include "pipeline/put.h"

namespace penstock {

class CommandSyntax;

// What a put is to take of the paths it is given, in the words of the command line (docs/choosing.md).
struct PutSelection {
  std::vector<std::string> exclude;
  std::vector<std::string> exclude_from;
  std::vector<std::string> exclude_any_case;
  std::vector<std::string> exclude_any_case_from;
  std::vector<std::string> exclude_if_present;
  std::string exclude_larger_than;
  bool exclude_caches = false;
  bool one_file_system = false;
  std::vector<std::string> files_from;
  std::vector<std::string> files_from_nul;

  void describe(CommandSyntax& syntax);
  bool has_lists() const { return !files_from.empty() || !files_from_nul.empty(); }
  // Whether anything is left out, or listed.
  bool chooses() const;
  // Without the store's directory. usage error: one is malformed; failed: a file cannot be read.
  Result<FilterRules> rules() const;
  // Those of the lists, and these; nothing where there is no list. usage error: they are none.
  Result<std::optional<PathSelection>> chosen(const std::vector<std::string>& paths) const;
};

// What a put reads, and what its walk asks.
struct SelectedInputs {
  std::unique_ptr<SettleRule> settle;
  std::unique_ptr<EntryFilter> filter;
  std::unique_ptr<PathSelection> only;
  PutInputs inputs;
  std::vector<std::string> paths;  // for the commit: as given, or of lists what holds all their paths
};
// `store`: the directory that is left out; `settle_seconds`: as SettleRule has it, in words of the command
// line, empty: its default. Errors as PutSelection's and open_put_inputs'.
Result<SelectedInputs> open_selected(const PutSelection& selection, const std::vector<std::string>& paths,
                                     const std::string& name, const std::string& store,
                                     const std::string& settle_seconds, EntryFilter::Told left_out);

// After the walk: failed where nothing was taken, or nothing but directories above what was listed.
Status check_taken(const EntryFilter& filter, const PutCounters& counters);

// Of one entry, for a person.
std::string filter_rule_text(FilterRule rule);
// The JSON `excluded`: how often each rule left something out.
Json excluded_json(const EntryFilter& filter);
// The same for a person: "2 by patterns, 1 by caches"; empty where nothing was.
std::string excluded_text(const EntryFilter& filter);

}  // namespace penstock
