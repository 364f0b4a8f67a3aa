// SPDX-License-Identifier: Apache-2.0
#include "appliance/command_line.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string_view>
#include <tuple>

#include "appliance/analyze_command.h"
#include "appliance/bench_command.h"
#include "appliance/command_syntax.h"
#include "appliance/devices_command.h"
#include "appliance/diff_command.h"
#include "appliance/find_command.h"
#include "appliance/get_command.h"
#include "appliance/global_options.h"
#include "appliance/heads_command.h"
#include "appliance/init_command.h"
#include "appliance/log_command.h"
#include "appliance/ls_command.h"
#include "appliance/mount_command.h"
#include "appliance/put_command.h"
#include "appliance/send_command.h"
#include "appliance/serve_command.h"
#include "appliance/stat_command.h"
#include "appliance/token_command.h"
#include "appliance/top_command.h"
#include "appliance/verify_command.h"

namespace penstock {
namespace {

constexpr std::string_view kIntroduction =
    "penstock: a verified, deduplicating, content-addressed store\n"
    "\n"
    "What is put is cut into chunks, kept once, compressed, checked and committed;\n"
    "the CID that comes back names the content, and anyone can check it.";
constexpr std::string_view kClosing =
    "Examples:\n"
    "  penstock init -s /srv/archive\n"
    "  penstock put -s /srv/archive photos\n"
    "  penstock get -s /srv/archive HEAD -o photos-again\n"
    "  penstock verify -s /srv/archive\n"
    "'penstock COMMAND --help' has each command's options and examples.\n"
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 data missing or damaged,\n"
    "4 another process writes to the store, 5 no such object, 6 done but entries left out.\n";

class HelpText final : public CLI::Formatter {
 public:
  HelpText() {
    column_width(28);
    label("SUBCOMMAND", "COMMAND ...");
    label("Positionals", "Arguments");
    label("REQUIRED", "");
  }
  std::string make_description(const CLI::App* app) const override { return app->get_description() + "\n\n"; }
};

// The tool's syntax with a place for every value; the commands' own are in the tuple, in the order of the
// help.
struct CommandLine {
  CLI::App app{std::string(kIntroduction), "penstock"};
  GlobalOptions global;
  std::tuple<InitCommand, PutCommand, GetCommand, LsCommand, FindCommand, StatCommand, LogCommand,
             HeadsCommand, DiffCommand, MountCommand, VerifyCommand, DevicesCommand, AnalyzeCommand,
             BenchCommand, ServeCommand, TokenCommand, SendCommand, TopCommand>
      commands;
};

void describe(CommandLine& line) {
  CLI::App& app = line.app;
  app.set_help_flag("-h,--help", "print this help");
  app.set_version_flag("--version", "penstock " PENSTOCK_VERSION, "print the version");
  app.require_subcommand(1);
  app.footer(std::string(kClosing));
  app.formatter(std::make_shared<HelpText>());
  CommandSyntax global(app);
  line.global.describe_store(global);
  line.global.describe_json(global);
  const auto add = [&](auto& command) {
    CLI::App* added = app.add_subcommand(command.kName, command.kHelp);
    added->group("Commands");
    CommandSyntax syntax(*added);
    command.describe(syntax, line.global);
  };
  std::apply([&](auto&... command) { (add(command), ...); }, line.commands);
}

std::string command_names(const CLI::App& app) {
  std::string names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names += (names.empty() ? "" : ", ") + command->get_name();
  }
  return names;
}

// CLI11's complaint in our words.
Error usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  const std::string command = chosen.empty() ? "penstock" : chosen.front()->get_name();
  const std::string remedy = "see penstock " + (chosen.empty() ? "" : command + " ") + "--help";
  const std::vector<std::string> extras = app.remaining(true);
  if (!extras.empty()) {
    const std::string extra = unmask_argument(extras.front());
    if (extra.starts_with('-')) return {Errc::usage, extra, "is not an option of " + command, remedy};
    if (!chosen.empty()) return {Errc::usage, extra, "is one argument too many for " + command, remedy};
    return {Errc::usage, extra, "is not a command", "one of " + command_names(app)};
  }
  if (chosen.empty() && error.get_name() == "RequiredError") {
    return {Errc::usage, "command", "is missing", "one of " + command_names(app)};
  }
  return {Errc::usage, command, error.what(), remedy};
}

// Whether there is a command to run: not behind help and version, which are printed.
Result<bool> parse(CommandLine& line, const std::vector<std::string>& arguments, Console& console) {
  std::vector<std::string> reversed;
  for (auto argument = arguments.rbegin(); argument != arguments.rend(); ++argument) {
    reversed.push_back(mask_argument(*argument));
  }
  try {
    line.app.parse(reversed);
    return true;
  } catch (const CLI::CallForHelp&) {
    const auto chosen = line.app.get_subcommands();
    console.print(chosen.empty() ? line.app.help() : chosen.front()->help("penstock"));
  } catch (const CLI::CallForVersion& version) {
    console.print(std::string(version.what()) + "\n");
  } catch (const CLI::ParseError& error) {
    return Failure(usage_error(line.app, error));
  }
  return false;
}

Result<int> parse_and_run(const std::vector<std::string>& arguments, Console& console) {
  CommandLine line;
  describe(line);
  PENSTOCK_TRY_ASSIGN(const bool go_on, parse(line, arguments, console));
  if (!go_on) return 0;
  console.set_quiet(line.global.quiet);
  PENSTOCK_TRY(choose_sha256(line.global));
  const CLI::App& app = line.app;
  Result<int> outcome = 0;
  const auto run_if_chosen = [&](const auto& command) {
    if (app.got_subcommand(command.kName)) outcome = command.run(line.global, console);
  };
  std::apply([&](const auto&... command) { (run_if_chosen(command), ...); }, line.commands);
  return outcome;
}

}  // namespace

int run_command_line(const std::vector<std::string>& arguments, Console& console) {
  Result<int> outcome = parse_and_run(arguments, console);
  // What was printed before an error still counts: a listing up to the damage.
  const Status printed = console.finish();
  if (outcome && !printed) outcome = Failure(printed.error());
  if (outcome) return *outcome;
  console.report(outcome.error());
  return static_cast<int>(outcome.error().code);
}

}  // namespace penstock
