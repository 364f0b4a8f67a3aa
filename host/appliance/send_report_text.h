// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "appliance/json_text.h"
#include "sender/sent_object.h"

namespace penstock {

// The lines of `send --json`: one for each object, and the sums.
Json sent_object_json(const SentObject& object);
Json send_report_json(const SendReport& report, uint64_t nanoseconds);

// The closing line for a person.
std::string send_summary(const SendReport& report, uint64_t nanoseconds);

}  // namespace penstock
