// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/metrics_text.h"

namespace penstock {

// Whoever counts something that operators look at.
class MetricsSource {
 public:
  virtual ~MetricsSource() = default;
  // Any thread, at any time; returns soon.
  virtual void write_metrics(MetricsText& to) const = 0;
};

}  // namespace penstock
