// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "appliance/json_text.h"
#include "dag/put_record.h"

namespace penstock {

// What a commit says of the put that made it: `incomplete`, null where all was taken whole, and `choice`,
// null where nothing was chosen.
Json put_record_json(const PutShortfall& unread, const PutChoice& choice);
// The same as lines of `stat`; none where there is nothing to say.
std::string put_record_fields(const PutShortfall& unread, const PutChoice& choice);
// "3 missing, 1 not whole"; empty where all was taken.
std::string shortfall_text(const PutShortfall& unread);

}  // namespace penstock
