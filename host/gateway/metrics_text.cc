// SPDX-License-Identifier: Apache-2.0
#include "gateway/metrics_text.h"

namespace penstock {
namespace {

// A label's value between quotes; a help text has no quotes around it, and escapes less.
std::string escaped(std::string_view text, bool quoted) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quoted) {
      out += "\\\"";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string labels_text(std::span<const MetricLabel> labels) {
  if (labels.empty()) return {};
  std::string text;
  for (const MetricLabel& label : labels) {
    text += text.empty() ? "{" : ",";
    text += std::string(label.name) + "=\"" + escaped(label.value, true) + "\"";
  }
  return text + "}";
}

std::string seconds_text(uint64_t nanoseconds) {
  constexpr uint64_t kSecond = 1'000'000'000;
  constexpr size_t kDigits = 9;
  const std::string part = std::to_string(nanoseconds % kSecond);
  return std::to_string(nanoseconds / kSecond) + "." + std::string(kDigits - part.size(), '0') + part;
}

}  // namespace

MetricsText::Family& MetricsText::family_of(std::string_view type, std::string_view name,
                                            std::string_view help) {
  auto family = families_.find(name);
  if (family == families_.end())
    family = families_.emplace(std::string(name), Family{type, std::string(help), false, {}}).first;
  return family->second;
}

void MetricsText::add(std::string_view type, std::string_view name, std::string_view help, uint64_t value,
                      std::span<const MetricLabel> labels) {
  family_of(type, name, help).samples[labels_text(labels)] += value;
}

void MetricsText::counter_seconds(std::string_view name, std::string_view help, uint64_t nanoseconds,
                                  std::span<const MetricLabel> labels) {
  Family& family = family_of("counter", name, help);
  family.nanoseconds = true;
  family.samples[labels_text(labels)] += nanoseconds;
}

std::string MetricsText::text() const {
  std::string text;
  for (const auto& [name, family] : families_) {
    text += "# HELP " + name + " " + escaped(family.help, false) + "\n# TYPE " + name + " " +
            std::string(family.type) + "\n";
    for (const auto& [labels, value] : family.samples)
      text.append(name)
          .append(labels)
          .append(" ")
          .append(family.nanoseconds ? seconds_text(value) : std::to_string(value))
          .append("\n");
  }
  return text;
}

}  // namespace penstock
