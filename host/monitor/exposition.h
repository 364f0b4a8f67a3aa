// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace penstock {

// One value of a metric.
struct MetricSample {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;

  // Empty: it has none of that name.
  std::string_view label(std::string_view name) const;
};

// All that a server counts, at one moment.
class Exposition {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  Exposition() = default;
  explicit Exposition(std::vector<MetricSample> samples) : samples_(std::move(samples)) {}

  const std::vector<MetricSample>& samples() const { return samples_; }
  // Of all samples of that name that have these labels; none: there is no such sample.
  std::optional<double> sum(std::string_view name, Labels with = {}) const;

 private:
  std::vector<MetricSample> samples_;
};

// Of Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/); comments,
// types and times are passed over. failed error: a line is none of that format.
Result<Exposition> parse_exposition(std::string_view text);

}  // namespace penstock
