// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace penstock {

// Where a command says which arguments it takes and where they go. Values arrive as the text that was typed;
// what they mean is the command's to parse, so that each mistake has an error of ours. The variables outlive
// the parsing. An adapter: CLI11 is known here and in command_line.cc alone.
class CommandSyntax {
 public:
  explicit CommandSyntax(CLI::App& app) : app_(&app) {}

  // `names`: "-o,--output".
  void flag(const char* names, bool& into, const char* help);
  void value(const char* names, std::string& into, const char* placeholder, const std::string& help);
  // Each time it is given adds one.
  void values(const char* names, std::vector<std::string>& into, const char* placeholder, const char* help);
  void required_argument(const char* placeholder, std::string& into, const char* help);
  void optional_argument(const char* placeholder, std::string& into, const char* help);
  // One or more.
  void arguments(const char* placeholder, std::vector<std::string>& into, const char* help);
  // Any number, or none.
  void optional_arguments(const char* placeholder, std::vector<std::string>& into, const char* help);
  // Printed below the options.
  void examples(const char* text);

 private:
  CLI::Option* argument(const char* placeholder, std::string& into, const std::string& help);
  CLI::Option* list(const char* placeholder, std::vector<std::string>& into, const char* help);

  CLI::App* app_;
};

// CLI11 takes "[a,b]" for a list of two and "++" for the end of a command, but both are names that a file can
// have. Each argument passes through here on its way in, and CommandSyntax undoes it on the way out.
std::string mask_argument(std::string argument);
std::string unmask_argument(std::string argument);

}  // namespace penstock
