// SPDX-License-Identifier: Apache-2.0
#include "appliance/analyze_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "appliance/analysis_text.h"
#include "appliance/chosen_devices.h"
#include "appliance/command_syntax.h"
#include "appliance/device_text.h"
#include "appliance/driver_table.h"
#include "appliance/put_choices.h"
#include "appliance/transfer_display.h"
#include "appliance/tree_survey.h"
#include "pipeline/analysis.h"

namespace penstock {

void AnalyzeCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  syntax.arguments("PATH", paths, "what to read; - alone is standard input");
  syntax.value("--chunker", chunker, "SPEC", "cdc:MIN:AVG:MAX or fixed:SIZE (default cdc:16K:64K:256K)");
  syntax.value("--profile", profile, "PROFILE", "default, or ipfs: 1 MiB chunks");
  syntax.value("--codec", codec, "CODEC", "auto, lz4, zstd[:LEVEL], deflate or stored (default auto)");
  syntax.value(
      "--device", device, "DEVICE",
      "auto, or KIND or KIND:N of those that penstock devices lists, several with commas between (default "
      "auto)");
  global.describe_program(syntax);
  syntax.value("--threads", threads, "N", "at most this many threads (default: one a CPU)");
  global.describe_json(syntax);
  global.describe_sha256(syntax);
  global.describe_quiet(syntax);
  syntax.examples(
      "  penstock analyze disk.img                zero runs, duplicates, codec, and the entropy bound\n"
      "  penstock analyze backups --chunker cdc:4K:16K:64K --codec zstd:9\n");
}

Result<int> AnalyzeCommand::run(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(PutOptions options, parse_put_choices({chunker, codec, profile, "full", threads}));
  PENSTOCK_TRY_ASSIGN(const auto devices, ChosenDevices::open(device, global, console));
  PENSTOCK_TRY(check_devices_serve(devices.dispatcher(), options));
  PENSTOCK_TRY_ASSIGN(auto entries, open_inputs(paths, {}));
  options.report = [&](const Error& error) { console.report(error); };
  TransferProgress progress;
  options.progress = &progress;
  const auto analyze = [&] {
    std::unique_ptr<TreeSurvey> survey;
    const TransferDisplay display(console, progress, input_total(paths, console, survey));
    return analyze_entries(*entries, devices.dispatcher(), options);
  };
  PENSTOCK_TRY_ASSIGN(const AnalysisReport report, analyze());
  if (global.json) {
    print_json(console, analysis_json(report, options));
  } else {
    console.print(analysis_text(report, options));
  }
  return report.put.counters.entries_reported == 0 ? 0 : static_cast<int>(Errc::partial);
}

}  // namespace penstock
