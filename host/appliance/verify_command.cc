// SPDX-License-Identifier: Apache-2.0
#include "appliance/verify_command.h"

#include <fmt/format.h>

#include <memory>

#include "appliance/chosen_store.h"
#include "appliance/command_syntax.h"
#include "appliance/json_text.h"
#include "appliance/object_name.h"
#include "appliance/transfer_display.h"
#include "appliance/transfer_rate.h"
#include "base/size_text.h"
#include "pipeline/store_audit.h"

namespace penstock {
namespace {

Json report_json(const AuditReport& report) {
  return {{"damages", report.damages},
          {"unread", report.unread},
          {"segments", report.segments},
          {"commits", report.commits},
          {"blocks", report.blocks},
          {"bytes_read", report.bytes_read},
          {"bytes_raw", report.bytes_raw},
          {"bytes_unacknowledged", report.bytes_unacknowledged},
          {"seconds", seconds_of(report.nanoseconds)}};
}

std::string report_line(const AuditReport& report, const std::string& what) {
  const std::string found = report.damages == 0   ? "no damage"
                            : report.damages == 1 ? "1 damage"
                                                  : fmt::format("{} damages", report.damages);
  std::string line = fmt::format("{}: {}; {} blocks, {} of content", what, found, report.blocks,
                                 human_size(report.bytes_raw));
  if (report.segments > 0) {
    line += fmt::format(", {} read in {} segment{}", human_size(report.bytes_read), report.segments,
                        report.segments == 1 ? "" : "s");
  }
  if (report.unread > 0) line += fmt::format("; {} parts could not be read", report.unread);
  if (report.bytes_unacknowledged > 0) {
    line += fmt::format("; {} not committed (a put under way, or cut off)",
                        human_size(report.bytes_unacknowledged));
  }
  return line + "\n";
}

// A put takes what is in quarantine for not stored, and so heals it. Verifying itself locks nobody out: only
// now is the store opened for writing.
Status settle(const GlobalOptions& global, const StoreFindings& findings, Console& console) {
  PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::write, console));
  return store->settle(findings);
}

}  // namespace

void VerifyCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.optional_argument(
      "OBJECT", object,
      "CID, commit, HEAD or HEAD~N, each with /PATH behind it; or NAME:PATH (default: the whole store)");
  global.describe_store(syntax);
  syntax.value("--threads", threads, "N", "at most this many threads (default: one a CPU)");
  global.describe_json(syntax);
  global.describe_sha256(syntax);
  global.describe_quiet(syntax);
  syntax.examples(
      "  penstock verify                          every byte of the store, and that all trees are whole\n"
      "  penstock verify HEAD/photos              what one object needs\n");
}

Result<int> VerifyCommand::run(const GlobalOptions& global, Console& console) const {
  ObjectName name;
  if (!object.empty()) {
    PENSTOCK_TRY_ASSIGN(name, parse_object_name(object));
  }
  AuditOptions options;
  PENSTOCK_TRY_ASSIGN(options.threads, parse_threads(threads));
  options.damage = options.unread = [&](const Error& error) { console.report(error); };
  options.note = [&](const Error& error) { console.note(error.message()); };
  TransferProgress progress;
  options.progress = &progress;
  const auto audit = [&]() -> Result<AuditReport> {
    PENSTOCK_TRY_ASSIGN(const auto store, open_store(global, Access::read, console));
    const TransferDisplay display(console, progress, [&progress]() -> std::optional<uint64_t> {
      const uint64_t expected = progress.bytes_expected;
      return expected == 0 ? std::nullopt : std::optional(expected);
    });
    if (object.empty()) return audit_store(*store, options);
    const auto source = store->new_reader();
    PENSTOCK_TRY(resolve_start(name, *store, *source));
    PENSTOCK_TRY_ASSIGN(const auto found, find_object(name, *store, *source));
    return audit_object(*store, found.cid, options);
  };
  PENSTOCK_TRY_ASSIGN(const AuditReport report, audit());
  if (!report.findings.empty()) {
    const Status settled = settle(global, report.findings, console);
    if (!settled) {
      console.note("what was found could not be noted in the store, so a put cannot heal damage yet: " +
                   settled.error().message());
    }
  }
  if (global.json) {
    print_json(console, report_json(report));
  } else {
    console.print(report_line(report, object.empty() ? "store" : object));
  }
  if (report.damages > 0) return static_cast<int>(Errc::corrupt);
  return report.unread == 0 ? 0 : static_cast<int>(Errc::failed);
}

}  // namespace penstock
