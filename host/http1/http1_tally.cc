// SPDX-License-Identifier: Apache-2.0
#include "http1/http1_tally.h"

namespace penstock {

std::string_view http1_count_name(Http1Count count) {
  static constexpr std::array<std::string_view, kHttp1Counts> kNames = {"connections",
                                                                        "connections_ended",
                                                                        "connections_unused",
                                                                        "refused_total",
                                                                        "refused_address",
                                                                        "refused_descriptors",
                                                                        "requests",
                                                                        "responses_2xx",
                                                                        "responses_3xx",
                                                                        "responses_4xx",
                                                                        "responses_5xx",
                                                                        "body_bytes_in",
                                                                        "body_bytes_out",
                                                                        "refused_by_parser",
                                                                        "refused_malformed",
                                                                        "refused_ambiguous",
                                                                        "refused_large_head",
                                                                        "refused_method",
                                                                        "refused_expectation",
                                                                        "bodies_given_up",
                                                                        "responses_given_up",
                                                                        "responses_failed",
                                                                        "cut_in_head",
                                                                        "cut_idle",
                                                                        "cut_slow",
                                                                        "cut_left",
                                                                        "cut_at_stop"};
  static_assert(!kNames.back().empty());
  return kNames[static_cast<size_t>(count)];
}

}  // namespace penstock
