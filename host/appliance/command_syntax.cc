// SPDX-License-Identifier: Apache-2.0
#include "appliance/command_syntax.h"

#include <CLI/CLI.hpp>

namespace penstock {
namespace {

constexpr char kMask = '\x01';

}  // namespace

std::string mask_argument(std::string argument) {
  const bool special = argument.starts_with('[') || argument.starts_with(kMask) || argument == "++";
  return special ? kMask + std::move(argument) : argument;
}

std::string unmask_argument(std::string argument) {
  if (argument.starts_with(kMask)) argument.erase(0, 1);
  return argument;
}

void CommandSyntax::flag(const char* names, bool& into, const char* help) {
  app_->add_flag(names, into, help);
}

void CommandSyntax::value(const char* names, std::string& into, const char* placeholder,
                          const std::string& help) {
  // What somebody gets who names a shell variable that is not set.
  const auto not_empty = [](const std::string& text) { return std::string(text.empty() ? "is empty" : ""); };
  argument(names, into, help)->type_name(placeholder)->check(not_empty);
}

void CommandSyntax::values(const char* names, std::vector<std::string>& into, const char* placeholder,
                           const char* help) {
  list(names, into, help)->type_name(placeholder)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void CommandSyntax::required_argument(const char* placeholder, std::string& into, const char* help) {
  argument(placeholder, into, help)->required();
}

void CommandSyntax::optional_argument(const char* placeholder, std::string& into, const char* help) {
  argument(placeholder, into, help);
}

void CommandSyntax::arguments(const char* placeholder, std::vector<std::string>& into, const char* help) {
  list(placeholder, into, help)->expected(1, -1)->allow_extra_args()->required();
}

void CommandSyntax::optional_arguments(const char* placeholder, std::vector<std::string>& into,
                                       const char* help) {
  // With a least of 0 none would be taken behind "--".
  list(placeholder, into, help)->expected(1, -1)->allow_extra_args();
}

void CommandSyntax::examples(const char* text) {
  app_->footer(std::string("Examples:\n") + text);
}

CLI::Option* CommandSyntax::argument(const char* placeholder, std::string& into, const std::string& help) {
  const auto take = [&into](const CLI::results_t& results) {
    into = unmask_argument(results.back());
    return true;
  };
  return app_->add_option(placeholder, take, help)->type_name("");
}

CLI::Option* CommandSyntax::list(const char* placeholder, std::vector<std::string>& into, const char* help) {
  const auto take = [&into](const CLI::results_t& results) {
    for (const std::string& result : results) into.push_back(unmask_argument(result));
    return true;
  };
  return app_->add_option(placeholder, take, help)->type_name("");
}

}  // namespace penstock
