// SPDX-License-Identifier: Apache-2.0
#include "pipeline/recorded_choice.h"

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "hash/sha256.h"

namespace penstock {
namespace {

std::vector<std::string> texts_of(const PathPatterns& patterns) {
  std::vector<std::string> texts;
  for (const PathPattern& pattern : patterns.all()) texts.push_back(pattern.text());
  return texts;
}

Status add_patterns(const std::vector<std::string>& texts, bool ignore_case, PathPatterns& into) {
  for (const std::string& text : texts) {
    auto pattern = PathPattern::parse(text, ignore_case);
    if (!pattern) return fail(Errc::corrupt, pattern.error().what, pattern.error().why);
    into.add(std::move(*pattern));
  }
  return {};
}

}  // namespace

PutChoice recorded_choice(const FilterRules& rules, const PathSelection* list) {
  PutChoice choice;
  choice.exclude = texts_of(rules.patterns);
  choice.exclude_any_case = texts_of(rules.patterns_any_case);
  for (const DirectoryMark& mark : rules.marks) {
    if (mark.rule == FilterRule::cache) {
      choice.caches = true;
    } else {
      choice.marks.push_back(mark.header.empty() ? mark.file : mark.file + ":" + mark.header);
    }
  }
  choice.bytes_max = rules.bytes_max;
  choice.one_file_system = rules.one_file_system;
  if (list != nullptr) {
    std::string all;
    for (const std::string& path : list->paths()) all += path + '\0';
    choice.list = sha256(as_bytes(all));
  }
  bound_choice(choice);
  return choice;
}

Result<FilterRules> recorded_rules(const PutChoice& choice) {
  if (choice.dropped)
    return fail(Errc::corrupt, "the patterns of the put", "were too long to be kept in the commit");
  FilterRules rules;
  PENSTOCK_TRY(add_patterns(choice.exclude, false, rules.patterns));
  PENSTOCK_TRY(add_patterns(choice.exclude_any_case, true, rules.patterns_any_case));
  rules.bytes_max = choice.bytes_max;
  rules.one_file_system = choice.one_file_system;
  if (choice.caches) rules.marks.push_back(DirectoryMark::cache_tag());
  for (const std::string& text : choice.marks) {
    auto mark = DirectoryMark::parse(text);
    if (!mark) return fail(Errc::corrupt, "mark " + mark.error().what, mark.error().why);
    rules.marks.push_back(std::move(*mark));
  }
  return rules;
}

}  // namespace penstock
