// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "gateway/metrics_text.h"
#include "port/packet_port.h"

namespace penstock {

// What a port and its queues count: each sample names its port, and its queue where it is one's. What nobody
// knows has no sample; beside each count that may be unknown, NAME_known says whether it is (1, or 0).
// `queues`: PacketQueue::counters() of each, as its owner published them.
void write_port_metrics(const PacketPort& port, std::span<const PacketCounters> queues, MetricsText& to);

}  // namespace penstock
