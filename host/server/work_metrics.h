// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/metrics_text.h"
#include "intake/intake.h"
#include "offload/dispatcher.h"

namespace penstock {

// What becomes of what arrives, stage by stage, and on which devices. docs/top.md says what each is.
void write_intake_metrics(const IntakeCounters& counted, MetricsText& to);
void write_device_metrics(const Dispatcher& devices, MetricsText& to);

}  // namespace penstock
