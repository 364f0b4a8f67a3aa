// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "appliance/json_text.h"
#include "dag/cid.h"
#include "dag/commit.h"

namespace penstock {

// "2026-11-21T12:00:00Z": UTC, RFC 3339; nanoseconds since 1970 where the year has not four digits.
std::string time_text(int64_t time_ns);

// All fields of a commit.
Json commit_json(const Cid& cid, const Commit& commit);
std::string commit_fields(const Cid& cid, const Commit& commit);

// One line of `log` and `heads`: CID, time, content bytes, root, name, host and some of `paths`, which it was
// made of.
std::string commit_line(const Cid& cid, const Commit& commit, const std::vector<std::string>& paths);

}  // namespace penstock
