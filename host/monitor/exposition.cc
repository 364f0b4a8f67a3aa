// SPDX-License-Identifier: Apache-2.0
#include "monitor/exposition.h"

#include <algorithm>
#include <charconv>

namespace penstock {
namespace {

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Reads one line from its front. Each call is false where what it asks for is not there.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) {}

  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }
  bool at_end() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool name(std::string& into) {
    if (rest_.empty() || !begins_name(rest_.front())) return false;
    const auto end =
        std::ranges::find_if_not(rest_, [](char c) { return begins_name(c) || (c >= '0' && c <= '9'); });
    into.assign(rest_.begin(), end);
    rest_.remove_prefix(into.size());
    return true;
  }
  bool quoted(std::string& into) {
    if (!take('"')) return false;
    into.clear();
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (c != '\\') {
        into.push_back(c);
        continue;
      }
      if (rest_.empty()) return false;
      into.push_back(rest_.front() == 'n' ? '\n' : rest_.front());
      rest_.remove_prefix(1);
    }
    return false;
  }
  // Up to the next blank, or the end.
  std::string_view word() {
    const std::string_view found = rest_.substr(0, std::min(rest_.find_first_of(" \t"), rest_.size()));
    rest_.remove_prefix(found.size());
    return found;
  }

 private:
  std::string_view rest_;
};

bool read_number(std::string_view text, double& into) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  // "Inf" and "NaN" too, in any case.
  const auto [stop, error] = std::from_chars(text.data(), end, into);
  return error == std::errc() && stop == end;
}

bool read_labels(LineReader& line, MetricSample& sample) {
  if (!line.take('{')) return true;
  for (;;) {
    line.skip_blanks();
    if (line.take('}')) return true;
    auto& [name, value] = sample.labels.emplace_back();
    if (!line.name(name)) return false;
    line.skip_blanks();
    if (!line.take('=')) return false;
    line.skip_blanks();
    if (!line.quoted(value)) return false;
    line.skip_blanks();
    if (line.take(',')) continue;
    return line.take('}');
  }
}

bool read_sample(std::string_view text, MetricSample& sample) {
  LineReader line(text);
  line.skip_blanks();
  if (!line.name(sample.name)) return false;
  line.skip_blanks();
  if (!read_labels(line, sample)) return false;
  line.skip_blanks();
  if (!read_number(line.word(), sample.value)) return false;
  line.skip_blanks();
  if (line.at_end()) return true;
  double time = 0;
  if (!read_number(line.word(), time)) return false;
  line.skip_blanks();
  return line.at_end();
}

}  // namespace

std::string_view MetricSample::label(std::string_view of) const {
  const auto found = std::ranges::find(labels, of, &std::pair<std::string, std::string>::first);
  return found == labels.end() ? std::string_view() : found->second;
}

std::optional<double> Exposition::sum(std::string_view name, Labels with) const {
  std::optional<double> sum;
  for (const MetricSample& sample : samples_) {
    if (sample.name != name) continue;
    const bool matches = std::ranges::all_of(
        with, [&](const auto& label) { return sample.label(label.first) == label.second; });
    if (matches) sum = sum.value_or(0) + sample.value;
  }
  return sum;
}

Result<Exposition> parse_exposition(std::string_view text) {
  std::vector<MetricSample> samples;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos || line[first] == '#') continue;
    MetricSample sample;
    if (!read_sample(line, sample))
      return fail(Errc::failed, "the server's /metrics", "line " + std::to_string(number) + " is no sample",
                  "check that the URL is that of a penstock server");
    samples.push_back(std::move(sample));
  }
  return Exposition(std::move(samples));
}

}  // namespace penstock
