// SPDX-License-Identifier: Apache-2.0
#include "appliance/send_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "appliance/command_syntax.h"
#include "appliance/line_text.h"
#include "appliance/put_choices.h"
#include "appliance/send_report_text.h"
#include "appliance/stop_signal.h"
#include "appliance/transfer_display.h"
#include "appliance/tree_survey.h"
#include "sender/input_stream.h"
#include "sender/sender.h"

namespace penstock {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kRetriesMax = 1000;
constexpr uint64_t kTimeoutMax = 86'400;

int exit_code(const SendReport& report) {
  if (report.refused != 0) return static_cast<int>(Errc::failed);
  return report.left_out != 0 ? static_cast<int>(Errc::partial) : 0;
}

uint64_t nanoseconds_since(Clock::time_point begin) {
  return static_cast<uint64_t>(std::chrono::nanoseconds(Clock::now() - begin).count());
}

}  // namespace

void SendCommand::describe(CommandSyntax& syntax, GlobalOptions& global) {
  server.describe_url(syntax);
  syntax.arguments("PATH", paths,
                   "what to send; - alone is standard input. Of a directory each file below it becomes an "
                   "object of its own, named by its path");
  syntax.value("--name", name, "NAME", "what the only PATH, or standard input, is called there");
  syntax.value("--prefix", prefix, "P", "objects are called P/NAME");
  server.describe_trust(syntax);
  syntax.value("--parallel", parallel, "N", "uploads at once (default 16)");
  syntax.value("--retries", retries, "N",
               "how often an object, or a lost connection, is tried again (default 5)");
  syntax.value("--timeout", timeout, "SECONDS",
               "try again what nothing is heard of for so long (default 120; 0: wait for ever)");
  syntax.flag("--no-resume", no_resume,
              "send files from their fronts, though an attempt before, or a run before, got some way");
  global.describe_json(syntax);
  global.describe_sha256(syntax);
  global.describe_quiet(syntax);
  syntax.examples(
      "  penstock send https://backup:4433 disk.img --token-file token   prints its CID\n"
      "  penstock send https://backup:4433 photos --prefix 2027          2027/photos/a.jpg and so on\n"
      "  pg_dump db | penstock send https://backup:4433 - --name db\n"
      "With --json each object is one line as soon as it is committed, and the sums are the last one.\n");
}

Result<int> SendCommand::run(const GlobalOptions& global, Console& console) const {
  Result<int> outcome = send(global, console);
  if (!outcome && StopSignal::requested()) {
    console.report(outcome.error());
    StopSignal::die();
  }
  return outcome;
}

Result<SenderOptions> SendCommand::sender_options(const ChosenServer& chosen) const {
  SenderOptions options;
  PENSTOCK_TRY_ASSIGN(options.parallel, parse_count("--parallel", parallel, 1, SenderOptions::kParallelMax));
  PENSTOCK_TRY_ASSIGN(const uint64_t again, parse_count("--retries", retries, 0, kRetriesMax));
  options.retries = static_cast<unsigned>(again);
  PENSTOCK_TRY_ASSIGN(const uint64_t seconds, parse_count("--timeout", timeout, 0, kTimeoutMax));
  options.quiet_max = std::chrono::seconds(seconds);
  if (seconds > 0) {
    options.quic.handshake_timeout = std::min(options.quic.handshake_timeout, options.quiet_max);
    options.quic.idle_timeout = std::min(options.quic.idle_timeout, options.quiet_max);
  }
  options.resume = !no_resume;
  options.kept_places = kept_uploads_directory();
  options.server = chosen.url;
  options.token = chosen.token;
  options.quic.trust = chosen.trust;
  options.quic.identity = chosen.identity.get();
  options.open_port = chosen.open_port;
  return options;
}

Result<int> SendCommand::send(const GlobalOptions& global, Console& console) const {
  PENSTOCK_TRY_ASSIGN(const ChosenServer chosen, server.choose());
  PENSTOCK_TRY_ASSIGN(SenderOptions options, sender_options(chosen));
  options.report = [&console](const Error& error) { console.report(error); };
  options.sent = [&](const SentObject& object) {
    if (global.json)
      console.print(sent_object_json(object).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
    else
      console.print(fmt::format("{}  {}\n", object.cid.text(), name_text(object.name)));
  };
  const auto begin = Clock::now();
  PENSTOCK_TRY_ASSIGN(const SendReport report, transfer(std::move(options), console));
  const uint64_t nanoseconds = nanoseconds_since(begin);
  if (global.json) console.print(send_report_json(report, nanoseconds).dump() + "\n");
  console.summary(send_summary(report, nanoseconds));
  if (report.objects == 0 && report.left_out != 0)
    return fail(Errc::failed, "send", "nothing of what was named could be sent", "see the lines above");
  return exit_code(report);
}

Result<SendReport> SendCommand::transfer(SenderOptions options, Console& console) const {
  const bool piped = is_standard_input(paths);
  if (piped && name.empty())
    return fail(Errc::usage, "standard input", "has no name", "give it one with --name");
  if (!name.empty() && paths.size() != 1)
    return fail(Errc::usage, "--name", "is for one PATH alone", "use --prefix");
  std::optional<InputStream> input;
  std::unique_ptr<EntryStream> entries;
  if (piped) {
    PENSTOCK_TRY_ASSIGN(InputStream opened, InputStream::open(STDIN_FILENO, name, "standard input"));
    input.emplace(std::move(opened));
    options.interrupt = [&input] { input->interrupt(); };
  } else {
    PENSTOCK_TRY_ASSIGN(entries, open_inputs(paths, name));
  }
  TransferProgress progress;
  options.progress = &progress;
  options.stop = &StopSignal::requested();
  StopSignal stop;
  stop.listen();
  ObjectNaming naming{prefix.empty() ? "" : prefix + "/", name};
  std::unique_ptr<TreeSurvey> survey;
  const TransferDisplay display(console, progress, input_total(paths, console, survey));
  EntryStream& source = piped ? static_cast<EntryStream&>(*input) : *entries;
  Sender sender(source, std::move(naming), std::move(options));
  PENSTOCK_TRY(sender.run());
  return sender.report();
}

}  // namespace penstock
