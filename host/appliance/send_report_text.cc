// SPDX-License-Identifier: Apache-2.0
#include "appliance/send_report_text.h"

#include <fmt/format.h>

#include "appliance/transfer_rate.h"
#include "base/size_text.h"

namespace penstock {

Json sent_object_json(const SentObject& object) {
  Json json;
  set_text(json, "name", object.name);
  json["cid"] = object.cid.text();
  json["commit"] = object.commit.text();
  json["bytes"] = object.bytes;
  json["sent"] = object.bytes_sent;
  json["kept"] = object.bytes_kept;
  json["attempts"] = object.attempts;
  return json;
}

Json send_report_json(const SendReport& report, uint64_t nanoseconds) {
  Json json;
  json["objects"] = report.objects;
  json["bytes"] = report.bytes;
  json["sent"] = report.bytes_sent;
  json["again"] = report.bytes_again;
  json["left_out"] = report.left_out;
  json["refused"] = report.refused;
  json["connections"] = report.connections;
  json["seconds"] = seconds_of(nanoseconds);
  json["bytes_per_second"] = bytes_per_second(report.bytes, nanoseconds);
  return json;
}

std::string send_summary(const SendReport& report, uint64_t nanoseconds) {
  // The rest was there.
  const std::string sent = report.bytes_sent < report.bytes ? human_size(report.bytes_sent) + " sent, " : "";
  const std::string again = report.bytes_again > 0 ? human_size(report.bytes_again) + " of it twice, " : "";
  return fmt::format("{} in {} object{}, {}{}committed and checked, in {:.1f} s ({}/s)",
                     human_size(report.bytes), report.objects, report.objects == 1 ? "" : "s", sent, again,
                     seconds_of(nanoseconds),
                     human_size(static_cast<uint64_t>(bytes_per_second(report.bytes, nanoseconds))));
}

}  // namespace penstock
