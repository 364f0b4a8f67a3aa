// SPDX-License-Identifier: Apache-2.0
#include "appliance/get_report_text.h"

#include <fmt/format.h>

#include "appliance/line_text.h"
#include "appliance/transfer_rate.h"
#include "base/error.h"
#include "base/size_text.h"

namespace penstock {
namespace {

std::string why_text(const RefusalTally::Count& count) {
  return count.error_number == 0 ? "the file system cannot hold it" : errno_text(count.error_number);
}

Json refused_json(const RefusalTally& refused) {
  Json kinds = Json::object();
  for (size_t kind = 0; kind < kRefusedKinds; ++kind) {
    const auto what = static_cast<Refused>(kind);
    const RefusalTally::Count count = refused.of(what);
    if (count.times == 0) continue;
    Json& object = kinds[std::string(refused_key(what))];
    object["entries"] = count.times;
    set_text(object, "first", count.first_path);
    object["why"] = why_text(count);
  }
  return kinds;
}

}  // namespace

Json get_report_json(const TreeRestoreReport& report, const std::optional<Cid>& cid, const std::string& path,
                     const RefusalTally* refused) {
  const RestoreReport& restored = report.restored;
  Json object;
  object["cid"] = cid ? Json(cid->text()) : Json(nullptr);
  set_text(object, "path", path);
  object["entries"] = {
      {"files", restored.files}, {"directories", restored.directories}, {"symlinks", restored.symlinks}};
  if (refused != nullptr) {
    object["entries"]["hard_links"] = report.hard_links;
    object["entries"]["special_files"] = report.specials;
  }
  object["sizes"] = {{"content", restored.bytes_content},
                     {"written", restored.bytes_written},
                     {"decoded", restored.bytes_decoded}};
  object["rates"] = {{"seconds", seconds_of(restored.nanoseconds)},
                     {"bytes_per_second", bytes_per_second(restored.bytes_content, restored.nanoseconds)}};
  object["left_out_count"] = restored.entries_reported;
  if (refused != nullptr) {
    object["entries"]["kept"] = report.kept;
    object["entries"]["resumed"] = report.resumed;
    object["entries"]["removed"] = report.removed;
    object["mount_point_count"] = report.mount_points;
    object["not_removed_count"] = report.not_removed;
    object["entries"]["verified"] = report.verified;
    object["in_the_way_count"] = report.in_the_way;
    object["entries"]["special_files_left_out"] = report.specials_left_out;
    object["not_restorable_count"] = report.not_restorable;
    object["difference_count"] = report.differences;
    object["metadata_damaged"] = report.metadata_damaged;
    object["not_restored"] = refused_json(*refused);
  }
  return object;
}

std::string get_summary(const TreeRestoreReport& report) {
  const RestoreReport& restored = report.restored;
  const double rate = bytes_per_second(restored.bytes_content, restored.nanoseconds);
  std::string text = fmt::format("{} in {} file{}, in {:.1f} s ({}/s)", human_size(restored.bytes_content),
                                 restored.files, restored.files == 1 ? "" : "s",
                                 seconds_of(restored.nanoseconds), human_size(static_cast<uint64_t>(rate)));
  if (report.resumed > 0)
    text += fmt::format("; {} of them had been restored by a get that did not end", report.resumed);
  if (report.verified > 0)
    text += fmt::format("; {} read back and compared with the commit, {} differ", report.verified,
                        report.differences);
  return text;
}

void tell_refusals(const RefusalTally& refused, Console& console) {
  for (size_t kind = 0; kind < kRefusedKinds; ++kind) {
    const auto what = static_cast<Refused>(kind);
    const RefusalTally::Count count = refused.of(what);
    if (count.times == 0) continue;
    const std::string where = fmt::format("{} time{}, first at {}", count.times, count.times == 1 ? "" : "s",
                                          name_text(count.first_path));
    if (what == Refused::special) {
      console.report({Errc::partial, "special files",
                      fmt::format("could not be made, {}: {}", where, why_text(count)),
                      "restore as root, on a file system that takes them"});
    } else {
      console.note(fmt::format("{} not restored, {}: {}", refused_text(what), where, why_text(count)));
    }
  }
}

}  // namespace penstock
