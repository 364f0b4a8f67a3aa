// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ingest/name_glob.h"

namespace penstock {

// A pattern of paths as restic's users know them: between slashes stand patterns of names (name_glob.h); **
// is any number of components, none too. One that begins with '/' matches from the root on, any other a row
// of components anywhere. It matches a path if it matches the path itself or a directory above it. Any
// thread.
class PathPattern {
 public:
  // "!x" takes back what earlier patterns matched. Slashes at the end, "." and empty components count for
  // nothing. usage error: malformed, nothing but slashes, or with a ".." that no path has.
  static Result<PathPattern> parse(std::string_view text, bool ignore_case);

  // As it was given.
  const std::string& text() const { return text_; }
  bool takes_back() const { return takes_back_; }
  // `path` begins with '/'; "/" alone has no components.
  bool matches(std::string_view path) const;
  // The same of the path itself: a directory above it does not count.
  bool matches_itself(std::string_view path) const;
  // Whether it matches the directory `path`, or could something below it.
  bool may_match_below(std::string_view path) const;

  // Component by component: a bit for each place in the pattern that those so far lead to.
  using Places = uint64_t;
  // Whether there are bits enough; without them only the calls above.
  bool has_steps() const { return components_.size() < 64; }
  Places before_first() const;
  // A match stays one.
  Places behind(Places places, std::string_view name) const;
  bool is_match(Places places) const { return (places >> components_.size() & 1) != 0; }

 private:
  struct Component {
    NameGlob name;
    bool any_depth = false;  // **
  };
  enum class Outcome : uint8_t { never, further, matched };

  // `whole`: matched is what the pattern takes to the path's end.
  Outcome follow(std::string_view path, bool whole) const;
  void pass_any_depth(std::vector<bool>& places) const;
  Places with_any_depth(Places places) const;

  std::string text_;
  std::vector<Component> components_;
  bool from_root_ = false;
  bool takes_back_ = false;
};

// Several in order: the last that matches says whether a path is in.
class PathPatterns {
 public:
  void add(PathPattern pattern) { patterns_.push_back(std::move(pattern)); }
  bool empty() const { return patterns_.empty(); }
  const std::vector<PathPattern>& all() const { return patterns_; }
  bool match(std::string_view path) const;
  // Whether a path below the directory `path`, or that itself, could be in.
  bool may_match_below(std::string_view path) const;

 private:
  std::vector<PathPattern> patterns_;
};

// A pattern a line, without the blanks around it; empty lines and those that begin with '#' are none.
// `text` is what `file` holds, which errors name. usage error: one is malformed, or it is UTF-16.
Status add_patterns(std::string_view text, const std::string& file, bool ignore_case, PathPatterns& into);
// The same of a file. failed: it cannot be read.
Status read_patterns(const std::string& file, bool ignore_case, PathPatterns& into);

}  // namespace penstock
