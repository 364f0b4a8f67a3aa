// SPDX-License-Identifier: Apache-2.0
#include "appliance/put_report_text.h"

#include <fmt/format.h>

#include "appliance/put_record_text.h"
#include "appliance/transfer_rate.h"
#include "base/size_text.h"

namespace penstock {
namespace {

constexpr double kGigabyte = 1e9;

// Nothing where nothing was stored: no number says how often nothing goes into something.
std::optional<double> ratio(uint64_t of, uint64_t to) {
  if (to == 0) return std::nullopt;
  return static_cast<double>(of) / static_cast<double>(to);
}

Json ratio_json(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

double content_per_second(const PutReport& report) {
  return bytes_per_second(report.counters.bytes_content, report.nanoseconds);
}

// Of what was encoded.
double verify_seconds_a_gigabyte(const PutReport& report) {
  const auto encoded =
      static_cast<double>(report.counters.bytes_unique + report.counters.bytes_nodes_raw) / kGigabyte;
  return encoded > 0 ? seconds_of(report.verify.nanoseconds) / encoded : 0.0;
}

Json verify_json(const PutReport& report, const PutOptions& options) {
  const VerifyCounters& verify = report.verify;
  Json object;
  object["level"] = verify_level_text(options.verify);
  object["frames"] = verify.frames;
  object["bytes_decoded"] = verify.bytes_decoded;
  object["bytes_digested"] = verify.bytes_digested;
  object["mismatches"] = verify.mismatches;
  object["frames_crossed"] = verify.frames_crossed;
  object["read_back"] = report.rechecked;
  object["core_seconds"] = seconds_of(verify.nanoseconds);
  object["core_seconds_per_gb"] = verify_seconds_a_gigabyte(report);
  return object;
}

}  // namespace

Json changes_json(const PutReport& report) {
  if (!report.parent) return {};
  const PutCounters& counters = report.counters;
  return {{"new", counters.files_new},
          {"changed", counters.files_changed},
          {"unchanged", counters.files_unchanged},
          {"gone", counters.files_gone}};
}

std::string changes_text(const PutReport& report) {
  if (!report.parent) return {};
  const PutCounters& counters = report.counters;
  return fmt::format(" ({} new, {} changed, {} unchanged, {} gone)", counters.files_new,
                     counters.files_changed, counters.files_unchanged, counters.files_gone);
}

std::optional<double> reduction_ratio(const PutCounters& counters) {
  return ratio(counters.bytes_content, counters.bytes_stored + counters.bytes_nodes);
}

Json entries_json(const PutCounters& counters) {
  return {{"files", counters.files},
          {"directories", counters.directories},
          {"symlinks", counters.symlinks},
          {"specials", counters.specials},
          {"hard_links", counters.files_linked}};
}

void set_put_counters(Json& object, const PutReport& report, const PutOptions& options) {
  const PutCounters& counters = report.counters;
  object["entries"] = entries_json(counters);
  object["sizes"] = {{"content", counters.bytes_content},
                     {"read", counters.bytes_content - counters.bytes_linked - counters.bytes_unchanged},
                     {"unchanged", counters.bytes_unchanged},
                     {"zero_runs", counters.bytes_zero_runs},
                     {"duplicate", counters.bytes_duplicate},
                     {"unique", counters.bytes_unique},
                     {"stored", counters.bytes_stored},
                     {"nodes", counters.bytes_nodes_raw},
                     {"nodes_stored", counters.bytes_nodes},
                     {"moved", counters.bytes_moved},
                     {"fused_in_vain", counters.bytes_fused_wasted}};
  object["blocks"] = {{"chunks", counters.chunks},
                      {"chunks_duplicate", counters.chunks_duplicate},
                      {"nodes", counters.nodes},
                      {"frames", counters.frames},
                      {"frames_stored", counters.frames_stored},
                      {"batches_fused", counters.batches_fused}};
  object["ratios"] = {{"reduction", ratio_json(reduction_ratio(counters))},
                      {"encoding", ratio_json(ratio(counters.bytes_unique, counters.bytes_stored))}};
  object["rates"] = {{"seconds", seconds_of(report.nanoseconds)},
                     {"bytes_per_second", content_per_second(report)},
                     {"lanes", report.lanes}};
  Json stages;
  for (size_t i = 0; i < kStageCount; ++i) {
    const auto stage = static_cast<Stage>(i);
    stages[std::string(stage_name(stage))] = seconds_of(report.times[stage]);
  }
  object["stage_seconds"] = std::move(stages);
  object["verify"] = verify_json(report, options);
}

void set_left_out(Json& object, const LeftOut& left_out) {
  object["left_out_count"] = left_out.count;
  Json named = Json::array();
  for (const Error& error : left_out.named) {
    Json row;
    set_text(row, "what", error.what);
    set_text(row, "why", error.why);
    named.push_back(std::move(row));
  }
  object["left_out"] = std::move(named);
}

Json put_report_json(const PutReport& report, const PutOptions& options, const Cid& commit,
                     const LeftOut& left_out) {
  Json object;
  object["commit"] = commit.text();
  object["root"] = report.root.cid.text();
  object["meta"] = report.meta ? Json(report.meta->text()) : Json();
  object["parent"] = report.parent ? Json(report.parent->text()) : Json();
  object["changes"] = changes_json(report);
  Json roots = Json::array();
  for (const PutRoot& root : report.roots) {
    Json row;
    row["cid"] = root.link.cid.text();
    set_text(row, "name", root.name);
    // A directory's link does not say it, but one that stands alone is all there is.
    row["content_bytes"] = report.roots.size() == 1 ? report.counters.bytes_content : root.link.content_bytes;
    row["dag_bytes"] = root.link.dag_bytes;
    roots.push_back(std::move(row));
  }
  object["roots"] = std::move(roots);
  set_put_counters(object, report, options);
  set_left_out(object, left_out);
  object["put"] = put_record_json(report.unread, options.metadata.choice);
  return object;
}

std::string put_summary(const PutReport& report, const Cid& commit) {
  const PutCounters& counters = report.counters;
  const uint64_t stored = counters.bytes_stored + counters.bytes_nodes;
  return fmt::format(
      "{} in {} file{}{}: {} new, {} stored, in {:.1f} s ({}/s, checked in {:.1f} core-s, {:.2f} a GB); "
      "commit "
      "{}",
      human_size(counters.bytes_content), counters.files, counters.files == 1 ? "" : "s",
      changes_text(report), human_size(counters.bytes_unique), human_size(stored),
      seconds_of(report.nanoseconds), human_size(static_cast<uint64_t>(content_per_second(report))),
      seconds_of(report.verify.nanoseconds), verify_seconds_a_gigabyte(report), commit.text());
}

}  // namespace penstock
