// SPDX-License-Identifier: Apache-2.0
#include "ingest/path_pattern.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>

namespace penstock {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Takes the first component off `path`; empty at the end.
std::string_view take_component(std::string_view& path) {
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  const std::string_view component = path.substr(0, path.find('/'));
  path.remove_prefix(component.size());
  return component;
}

std::string_view trimmed(std::string_view line) {
  const size_t begin = line.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

Result<PathPattern> PathPattern::parse(std::string_view text, bool ignore_case) {
  PathPattern pattern;
  pattern.text_ = text;
  std::string_view rest = text;
  pattern.takes_back_ = rest.starts_with('!');
  if (pattern.takes_back_) rest.remove_prefix(1);
  pattern.from_root_ = rest.starts_with('/');
  while (true) {
    const std::string_view component = take_component(rest);
    if (component.empty()) break;
    if (component == ".") continue;
    if (component == "..")
      return fail(Errc::usage, "pattern " + std::string(text), "has a .. in it, which no entry's path has",
                  "write the path without it");
    Component next;
    next.any_depth = component == "**";
    if (!next.any_depth) {
      Result<NameGlob> name = NameGlob::parse(component, ignore_case);
      if (!name)
        return fail(Errc::usage, "pattern " + std::string(text), name.error().why, name.error().remedy);
      next.name = std::move(*name);
    }
    pattern.components_.push_back(std::move(next));
  }
  if (pattern.components_.empty())
    return fail(Errc::usage, "pattern " + std::string(text), "names nothing",
                "give a name, a path or a pattern of these");
  return pattern;
}

// Which components could come next: where a ** stands, the one behind it too.
void PathPattern::pass_any_depth(std::vector<bool>& places) const {
  for (size_t i = 0; i < components_.size(); ++i)
    if (places[i] && components_[i].any_depth) places[i + 1] = true;
}

// Goes through the path with all ways to match at once.
PathPattern::Outcome PathPattern::follow(std::string_view path, bool whole) const {
  const size_t end = components_.size();
  std::vector<bool> places(end + 1);
  places[0] = true;
  pass_any_depth(places);
  while (whole || !places[end]) {
    const std::string_view name = take_component(path);
    if (name.empty()) {
      if (places[end]) break;
      const bool alive = std::ranges::any_of(places, [](bool place) { return place; });
      return alive ? Outcome::further : Outcome::never;
    }
    std::vector<bool> next(end + 1);
    next[0] = !from_root_;
    for (size_t i = 0; i < end; ++i) {
      if (!places[i]) continue;
      if (components_[i].any_depth) {
        next[i] = true;
      } else if (components_[i].name.matches(name)) {
        next[i + 1] = true;
      }
    }
    pass_any_depth(next);
    places = std::move(next);
  }
  return Outcome::matched;
}

PathPattern::Places PathPattern::with_any_depth(Places places) const {
  for (size_t i = 0; i < components_.size(); ++i)
    if (components_[i].any_depth && (places >> i & 1) != 0) places |= Places{1} << (i + 1);
  return places;
}

PathPattern::Places PathPattern::before_first() const {
  return with_any_depth(1);
}

PathPattern::Places PathPattern::behind(Places places, std::string_view name) const {
  if (!has_steps()) return 0;
  const Places end = Places{1} << components_.size();
  if ((places & end) != 0) return places;
  Places next = from_root_ ? 0 : 1;
  for (size_t i = 0; i < components_.size() && places >> i != 0; ++i) {
    if ((places >> i & 1) == 0) continue;
    if (components_[i].any_depth) {
      next |= Places{1} << i;
    } else if (components_[i].name.matches(name)) {
      next |= Places{1} << (i + 1);
    }
  }
  return with_any_depth(next);
}

bool PathPattern::matches(std::string_view path) const {
  return follow(path, false) == Outcome::matched;
}

bool PathPattern::matches_itself(std::string_view path) const {
  return follow(path, true) == Outcome::matched;
}

bool PathPattern::may_match_below(std::string_view path) const {
  return follow(path, false) != Outcome::never;
}

bool PathPatterns::match(std::string_view path) const {
  const auto last =
      std::find_if(patterns_.rbegin(), patterns_.rend(), [&](const auto& one) { return one.matches(path); });
  return last != patterns_.rend() && !last->takes_back();
}

bool PathPatterns::may_match_below(std::string_view path) const {
  return std::ranges::any_of(patterns_,
                             [&](const auto& one) { return !one.takes_back() && one.may_match_below(path); });
}

Status add_patterns(std::string_view text, const std::string& file, bool ignore_case, PathPatterns& into) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return fail(Errc::usage, file, "begins as UTF-16 does, and patterns are UTF-8",
                "convert it: iconv -f UTF-16 -t UTF-8; if these bytes are of a name, put a \\ before them");
  if (text.find('\0') != std::string_view::npos)
    return fail(Errc::usage, file, "has a NUL, which no path has", "give a text in UTF-8, a pattern a line");
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  for (size_t number = 1; !text.empty(); ++number) {
    const std::string_view whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(whole.size() + 1, text.size()));
    const std::string_view line = trimmed(whole);
    if (line.empty() || line.starts_with('#')) continue;
    auto pattern = PathPattern::parse(line, ignore_case);
    if (!pattern) {
      Error error = std::move(pattern).error();
      error.what = file + ":" + std::to_string(number) + ": " + error.what;
      return Failure(std::move(error));
    }
    into.add(std::move(*pattern));
  }
  return {};
}

Status read_patterns(const std::string& file, bool ignore_case, PathPatterns& into) {
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail_errno(file);
  std::string text;
  std::array<char, 4096> part{};
  while (stream.read(part.data(), part.size()), stream.gcount() > 0)
    text.append(part.data(), static_cast<size_t>(stream.gcount()));
  if (stream.bad()) return fail_errno(file);
  return add_patterns(text, file, ignore_case, into);
}

}  // namespace penstock
