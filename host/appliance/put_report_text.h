// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "appliance/json_text.h"
#include "base/error.h"
#include "dag/cid.h"
#include "pipeline/put.h"

namespace penstock {

// The entries that a put could not take whole: all counted, the first kNamedMax of them kept.
struct LeftOut {
  static constexpr size_t kNamedMax = 1000;

  uint64_t count = 0;
  std::vector<Error> named;

  void add(const Error& error) {
    ++count;
    if (named.size() < kNamedMax) named.push_back(error);
  }
};

// The JSON of `put` (docs/command-line.md).
Json put_report_json(const PutReport& report, const PutOptions& options, const Cid& commit,
                     const LeftOut& left_out);
// The parts that `analyze` has too.
void set_put_counters(Json& object, const PutReport& report, const PutOptions& options);

// Parts of it.
Json entries_json(const PutCounters& counters);
// Null, and an empty text, where there was nothing to compare with.
Json changes_json(const PutReport& report);
std::string changes_text(const PutReport& report);
void set_left_out(Json& object, const LeftOut& left_out);

// The closing line for a person.
std::string put_summary(const PutReport& report, const Cid& commit);

// Raw bytes of content over what is stored for them; nothing where nothing is, as all was there before.
std::optional<double> reduction_ratio(const PutCounters& counters);

}  // namespace penstock
