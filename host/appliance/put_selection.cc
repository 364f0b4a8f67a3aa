// SPDX-License-Identifier: Apache-2.0
#include "appliance/put_selection.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "appliance/command_syntax.h"
#include "appliance/global_options.h"
#include "base/size_text.h"
#include "ingest/path_list.h"
#include "pipeline/recorded_choice.h"

namespace penstock {
namespace {

Status parse_patterns(const std::vector<std::string>& texts, const char* option, bool ignore_case,
                      PathPatterns& into) {
  for (const std::string& text : texts) {
    auto pattern = PathPattern::parse(text, ignore_case);
    if (!pattern)
      return fail(Errc::usage, std::string(option) + " " + pattern.error().what, pattern.error().why,
                  pattern.error().remedy);
    into.add(std::move(*pattern));
  }
  return {};
}

// Where the store lies in what is put, from the top-level names on.
std::vector<std::string> store_places(const std::string& store,
                                      const std::map<std::string, std::string>& from) {
  std::error_code error;
  const std::string real = std::filesystem::canonical(store, error).string();
  std::vector<std::string> places;
  for (const auto& [name, path] : from) {
    const std::string above = path == "/" ? path : path + "/";
    if (!error && real == path) places.push_back(name);
    if (!error && real.starts_with(above)) places.push_back(name + "/" + real.substr(above.size()));
  }
  return places;
}

}  // namespace

void PutSelection::describe(CommandSyntax& syntax) {
  syntax.values("--exclude", exclude, "PATTERN",
                "leave out what matches this, with all below it; may be given several times");
  syntax.values("--exclude-from,--exclude-file", exclude_from, "FILE",
                "the same of a file with a pattern a line");
  syntax.values("--iexclude", exclude_any_case, "PATTERN", "as --exclude, whatever the case of letters");
  syntax.values("--iexclude-from,--iexclude-file", exclude_any_case_from, "FILE",
                "the same of a file with a pattern a line");
  syntax.value("--exclude-larger-than", exclude_larger_than, "SIZE", "leave out files of more bytes");
  syntax.flag("--exclude-caches", exclude_caches,
              "of directories with a CACHEDIR.TAG take that and nothing else");
  syntax.values(
      "--exclude-if-present", exclude_if_present, "NAME[:HEADER]",
      "of directories with an entry NAME (a file that begins with HEADER) take that and nothing else");
  syntax.flag("-x,--one-file-system", one_file_system,
              "leave directories empty that another file system is mounted on");
  syntax.values(
      "--files-from", files_from, "FILE",
      "put the paths in this file too, one a line, - is standard input; all paths are stored whole, "
      "from / on");
  syntax.values("--files-from0", files_from_nul, "FILE", "the same with a NUL behind each path");
}

bool PutSelection::chooses() const {
  return has_lists() || !exclude.empty() || !exclude_from.empty() || !exclude_any_case.empty() ||
         !exclude_any_case_from.empty() || !exclude_if_present.empty() || !exclude_larger_than.empty() ||
         exclude_caches || one_file_system;
}

Result<FilterRules> PutSelection::rules() const {
  FilterRules rules;
  PENSTOCK_TRY(parse_patterns(exclude, "--exclude", false, rules.patterns));
  for (const std::string& file : exclude_from) PENSTOCK_TRY(read_patterns(file, false, rules.patterns));
  PENSTOCK_TRY(parse_patterns(exclude_any_case, "--iexclude", true, rules.patterns_any_case));
  for (const std::string& file : exclude_any_case_from)
    PENSTOCK_TRY(read_patterns(file, true, rules.patterns_any_case));
  if (!exclude_larger_than.empty()) {
    auto bytes = parse_size(exclude_larger_than);
    if (!bytes)
      return fail(Errc::usage, "--exclude-larger-than " + bytes.error().what, bytes.error().why,
                  bytes.error().remedy);
    rules.bytes_max = *bytes;
  }
  rules.one_file_system = one_file_system;
  if (exclude_caches) rules.marks.push_back(DirectoryMark::cache_tag());
  for (const std::string& text : exclude_if_present) {
    auto mark = DirectoryMark::parse(text);
    if (!mark)
      return fail(Errc::usage, "--exclude-if-present " + mark.error().what, mark.error().why,
                  mark.error().remedy);
    rules.marks.push_back(std::move(*mark));
  }
  return rules;
}

Result<std::optional<PathSelection>> PutSelection::chosen(const std::vector<std::string>& paths) const {
  if (!has_lists()) return std::nullopt;
  std::vector<std::string> all;
  size_t inputs = 0;
  for (const auto& files : {files_from, files_from_nul})
    for (const std::string& file : files) inputs += file == "-" ? 1 : 0;
  for (const std::string& path : paths) {
    if (path == "-")
      return fail(Errc::usage, "-", "standard input can only be put by itself",
                  "for a file of that name give ./-");
    PENSTOCK_TRY_ASSIGN(std::string located, located_path(path));
    all.push_back(std::move(located));
  }
  if (inputs > 1)
    return fail(Errc::usage, "--files-from -", "standard input can be but one list",
                "give the others as files");
  for (const std::string& file : files_from) PENSTOCK_TRY(read_path_list(file, ListForm::lines, all));
  for (const std::string& file : files_from_nul) PENSTOCK_TRY(read_path_list(file, ListForm::nul, all));
  if (all.empty())
    return fail(Errc::usage, "--files-from", "the lists are empty, and no PATH is given", "name what to put");
  return std::optional<PathSelection>(std::move(all));
}

Result<SelectedInputs> open_selected(const PutSelection& selection, const std::vector<std::string>& paths,
                                     const std::string& name, const std::string& store,
                                     const std::string& settle_seconds, EntryFilter::Told left_out) {
  if (paths.empty() && !selection.has_lists())
    return fail(Errc::usage, "PATH", "is missing: nothing says what to put",
                "name files or directories, or - for standard input");
  if (is_standard_input(paths) && selection.chooses())
    return fail(Errc::usage, "-", "is standard input, of which nothing can be chosen",
                "leave out the options that choose, or name files and directories");
  PENSTOCK_TRY_ASSIGN(FilterRules rules, selection.rules());
  struct stat status {};
  if (::stat(store.c_str(), &status) == 0) rules.store = {status.st_dev, status.st_ino};
  SelectedInputs selected;
  selected.filter = std::make_unique<EntryFilter>(std::move(rules), std::move(left_out));
  PENSTOCK_TRY_ASSIGN(auto only, selection.chosen(paths));
  selected.paths = paths;
  const bool listed = only.has_value();
  if (listed) {
    selected.only = std::make_unique<PathSelection>(*std::move(only));
    selected.paths = {selected.only->common_path()};
  }
  uint64_t seconds = kSettleSeconds;
  if (!settle_seconds.empty()) {
    PENSTOCK_TRY_ASSIGN(seconds, parse_count("--settle-seconds", settle_seconds, 0, kSettleSecondsMax));
  }
  selected.settle = std::make_unique<SettleRule>(static_cast<unsigned>(seconds));
  PENSTOCK_TRY_ASSIGN(selected.inputs, open_put_inputs(listed ? std::vector<std::string>{"/"} : paths, name,
                                                       {.settle = selected.settle.get(),
                                                        .filter = selected.filter.get(),
                                                        .only = selected.only.get()}));
  MetadataOptions& metadata = selected.inputs.metadata;
  metadata.choice = recorded_choice(selected.filter->rules(), selected.only.get());
  metadata.choice.store = store_places(store, metadata.from);
  return selected;
}

Status check_taken(const EntryFilter& filter, const PutCounters& counters) {
  const uint64_t taken = counters.files + counters.directories + counters.symlinks + counters.specials;
  if (taken > filter.ways()) return {};
  return fail(Errc::failed, "put",
              "nothing of what was named was taken: it could not be read, or was left out",
              "see the lines above, and the patterns");
}

std::string filter_rule_text(FilterRule rule) {
  switch (rule) {
    case FilterRule::pattern:
      return "left out: a pattern matches";
    case FilterRule::larger:
      return "left out: too large";
    case FilterRule::file_system:
      return "left empty: another file system is mounted there";
    case FilterRule::cache:
      return "a cache: its tag alone is taken";
    case FilterRule::marked:
      return "marked: its mark alone is taken";
    case FilterRule::store:
      return "the store itself is left out";
  }
  return "left out";
}

Json excluded_json(const EntryFilter& filter) {
  Json object;
  for (size_t i = 0; i < kFilterRuleCount; ++i) {
    const auto rule = static_cast<FilterRule>(i);
    object[std::string(filter_rule_name(rule))] = filter.count(rule);
  }
  return object;
}

std::string excluded_text(const EntryFilter& filter) {
  constexpr const char* kTexts[kFilterRuleCount] = {"by patterns",           "too large",
                                                    "on other file systems", "cache directories",
                                                    "marked directories",    "the store"};
  std::string text;
  for (size_t i = 0; i < kFilterRuleCount; ++i) {
    const uint64_t count = filter.count(static_cast<FilterRule>(i));
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, kTexts[i]);
  }
  return text;
}

}  // namespace penstock
