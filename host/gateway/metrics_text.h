// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace penstock {

struct MetricLabel {
  std::string_view name;
  std::string_view value;
};

// Samples for Prometheus, in its text format 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/). Samples of one name stand together, whoever
// gave them, and those of the same labels are added up: each worker gives its own. One thread.
class MetricsText {
 public:
  // `name` and the labels' names are valid ones; a counter's ends in _total. `help`: one line.
  void counter(std::string_view name, std::string_view help, uint64_t value,
               std::span<const MetricLabel> labels = {}) {
    add("counter", name, help, value, labels);
  }
  void gauge(std::string_view name, std::string_view help, uint64_t value,
             std::span<const MetricLabel> labels = {}) {
    add("gauge", name, help, value, labels);
  }

  // A time, in seconds as its name says, down to the nanosecond.
  void counter_seconds(std::string_view name, std::string_view help, uint64_t nanoseconds,
                       std::span<const MetricLabel> labels = {});

  std::string text() const;

 private:
  struct Family {
    std::string_view type;
    std::string help;
    bool nanoseconds = false;
    std::map<std::string, uint64_t> samples;  // by their labels as they are written
  };

  Family& family_of(std::string_view type, std::string_view name, std::string_view help);
  void add(std::string_view type, std::string_view name, std::string_view help, uint64_t value,
           std::span<const MetricLabel> labels);

  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace penstock
