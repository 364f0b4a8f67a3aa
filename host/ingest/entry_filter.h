// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ingest/file_status.h"
#include "ingest/path_pattern.h"
#include "ingest/pattern_trail.h"

namespace penstock {

// What something was left out by.
enum class FilterRule : uint8_t {
  pattern,
  larger,       // a file of more than FilterRules::bytes_max
  file_system,  // another one is mounted there
  cache,        // a directory with a tag of caches in it
  marked,       // a directory with a mark that was asked for in it
  store,        // the store itself
};
inline constexpr size_t kFilterRuleCount = 6;
// "patterns", "larger_than", …
std::string_view filter_rule_name(FilterRule rule);

// A file that says of the directory it stands in that nothing else of that is to be taken.
struct DirectoryMark {
  std::string file;    // its name
  std::string header;  // what a regular file of that name begins with; empty: whatever it is
  FilterRule rule = FilterRule::marked;

  // CACHEDIR.TAG as https://bford.info/cachedir/ has it.
  static DirectoryMark cache_tag();
  // "NAME" or "NAME:HEADER". usage error: no name, or one that no file can have.
  static Result<DirectoryMark> parse(const std::string& text);
};

struct FilterRules {
  PathPatterns patterns;  // of paths from the root on
  PathPatterns patterns_any_case;
  std::optional<uint64_t> bytes_max;
  bool one_file_system = false;
  std::vector<DirectoryMark> marks;
  struct Identity {
    uint64_t device = 0;
    uint64_t inode = 0;
  };
  std::optional<Identity> store;  // its directory

  bool has_patterns() const { return !patterns.empty() || !patterns_any_case.empty(); }
};

// What a walk leaves out. Asked before a file is opened or a directory entered. One thread.
class EntryFilter {
 public:
  // Is told the path of each entry that is left out, or of the directory of which only a mark is taken or
  // nothing.
  using Told = std::function<void(const std::string& path, FilterRule rule)>;

  explicit EntryFilter(FilterRules rules, Told told = {})
      : rules_(std::move(rules)),
        told_(std::move(told)),
        patterns_(rules_.patterns),
        patterns_any_case_(rules_.patterns_any_case) {}
  EntryFilter(const EntryFilter&) = delete;
  EntryFilter& operator=(const EntryFilter&) = delete;

  const FilterRules& rules() const { return rules_; }
  // What keeps an entry out; nothing where it is taken. `path` is absolute, without a slash at its end.
  std::optional<FilterRule> against_path(std::string_view path);
  std::optional<FilterRule> against_status(const FileStatus& status) const;
  // The marks that stand in an open directory.
  std::vector<const DirectoryMark*> marks_in(int directory_fd) const;

  // Counts the directories that were taken for what was chosen below them alone.
  void pass_way() { ++ways_; }
  uint64_t ways() const { return ways_; }
  // Counts it, and says so. `path` as the user would name it.
  void leave_out(const std::string& path, FilterRule rule);
  uint64_t count(FilterRule rule) const { return counts_[static_cast<size_t>(rule)]; }

 private:
  FilterRules rules_;
  Told told_;
  PatternTrail patterns_;
  PatternTrail patterns_any_case_;
  std::array<uint64_t, kFilterRuleCount> counts_{};
  uint64_t ways_ = 0;
};

}  // namespace penstock
