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

}  // namespace

void MetricsText::add(std::string_view type, std::string_view name, std::string_view help, uint64_t value,
                      std::span<const MetricLabel> labels) {
  auto family = families_.find(name);
  if (family == families_.end())
    family = families_.emplace(std::string(name), Family{type, std::string(help), {}}).first;
  family->second.samples[labels_text(labels)] += value;
}

std::string MetricsText::text() const {
  std::string text;
  for (const auto& [name, family] : families_) {
    text += "# HELP " + name + " " + escaped(family.help, false) + "\n# TYPE " + name + " " +
            std::string(family.type) + "\n";
    for (const auto& [labels, value] : family.samples)
      text += name + labels + " " + std::to_string(value) + "\n";
  }
  return text;
}

}  // namespace penstock
