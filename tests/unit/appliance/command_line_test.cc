// SPDX-License-Identifier: Apache-2.0
#include "appliance/command_line.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "appliance/command_syntax.h"
#include "unit/appliance/captured_console.h"

namespace penstock {
namespace {

struct Outcome {
  int code = 0;
  std::string output;
  std::string diagnostics;
};

Outcome run(const std::vector<std::string>& arguments) {
  CapturedConsole captured;
  Outcome outcome;
  outcome.code = run_command_line(arguments, captured.console());
  outcome.output = captured.output();
  outcome.diagnostics = captured.diagnostics();
  return outcome;
}

void expect_usage_error(const std::vector<std::string>& arguments, const std::string& named) {
  const Outcome outcome = run(arguments);
  EXPECT_EQ(outcome.code, 2) << named;
  EXPECT_EQ(outcome.output, "") << named;
  EXPECT_EQ(outcome.diagnostics.find("penstock: " + named), 0u) << outcome.diagnostics;
  EXPECT_NE(outcome.diagnostics.find(" ("), std::string::npos) << "no remedy: " << outcome.diagnostics;
  EXPECT_EQ(outcome.diagnostics.find('\n'), outcome.diagnostics.size() - 1) << outcome.diagnostics;
}

TEST(CommandLineTest, RefusesNoCommandAtAll) {
  expect_usage_error({}, "command: is missing");
}

TEST(CommandLineTest, NamesACommandThatThereIsNot) {
  expect_usage_error({"putt", "x"}, "putt: is not a command");
}

TEST(CommandLineTest, NamesAnOptionThatThereIsNot) {
  expect_usage_error({"put", "--bogus", "x"}, "--bogus: is not an option of put");
  expect_usage_error({"--bogus", "put", "x"}, "--bogus: ");
}

TEST(CommandLineTest, NamesAnArgumentTooMany) {
  expect_usage_error({"stat", "a", "b"}, "b: is one argument too many");
}

TEST(CommandLineTest, NamesWhatIsMissing) {
  expect_usage_error({"send", "https://host"}, "send: PATH");
  expect_usage_error({"put"}, "PATH: ");
  expect_usage_error({"diff", "a"}, "diff: B");
}

TEST(CommandLineTest, RefusesAnOptionWithoutItsValue) {
  expect_usage_error({"put", "x", "--codec"}, "put: ");
}

TEST(CommandLineTest, RefusesTheSameOptionTwice) {
  expect_usage_error({"put", "x", "--codec", "lz4", "--codec", "zstd"}, "put: ");
}

TEST(CommandLineTest, PrintsHelpWithExamplesForEveryCommand) {
  for (const char* command : {"init", "put", "get", "ls", "find", "stat", "log", "heads", "diff", "mount",
                              "verify", "devices", "analyze", "bench"}) {
    const Outcome outcome = run({command, "--help"});
    EXPECT_EQ(outcome.code, 0) << command;
    EXPECT_EQ(outcome.diagnostics, "") << command;
    EXPECT_NE(outcome.output.find(std::string("penstock ") + command), std::string::npos) << outcome.output;
    EXPECT_NE(outcome.output.find("Examples:"), std::string::npos) << command;
  }
}

TEST(CommandLineTest, PrintsTheVersion) {
  const Outcome outcome = run({"--version"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.output.find("penstock "), 0u);
}

TEST(CommandLineTest, TellsAFullOutputDevice) {
  const int full = ::open("/dev/full", O_WRONLY);
  CapturedConsole captured;
  Console console(full, captured.console().output());
  EXPECT_EQ(run_command_line({"--version"}, console), 1);
  EXPECT_NE(captured.output().find("standard output"), std::string::npos);
  ::close(full);
}

// CLI11 would take these apart: they are file names like others.
TEST(CommandLineTest, TakesNamesThatLookLikeSyntax) {
  for (const char* path : {"/nowhere/[a,b]", "[a,b]", "[x]", "++", "{}", "%%", "\x01[a]", "log", "-"}) {
    EXPECT_EQ(unmask_argument(mask_argument(path)), path);
  }
  for (const char* path : {"[a,b]", "++", "{}", "%%", "log"}) {
    const Outcome outcome = run({"put", "-s", "/nowhere", "--", path});
    EXPECT_EQ(outcome.code, 1) << path;
    EXPECT_NE(outcome.diagnostics.find(path), std::string::npos) << outcome.diagnostics;
  }
}

TEST(CommandLineTest, TakesTheStoreBeforeAndBehindTheCommand) {
  const Outcome before = run({"-s", "/nowhere/a", "log"});
  const Outcome behind = run({"log", "-s", "/nowhere/a"});
  EXPECT_EQ(before.code, 1);
  EXPECT_EQ(before.diagnostics, behind.diagnostics);
  EXPECT_NE(before.diagnostics.find("penstock init -s /nowhere/a"), std::string::npos) << before.diagnostics;
}

}  // namespace
}  // namespace penstock
