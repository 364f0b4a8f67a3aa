// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "appliance/server_choices.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;
struct SendReport;
struct SenderOptions;

// `penstock send`: files to a server, each checked against what the server says that it stored.
struct SendCommand {
  static constexpr const char* kName = "send";
  static constexpr const char* kHelp = "upload files to a server over HTTP/3";

  ServerChoices server;
  std::vector<std::string> paths;
  std::string name;
  std::string prefix;
  std::string parallel = "16";
  std::string retries = "5";
  std::string timeout = "120";
  bool no_resume = false;

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  // Exit code 3 when the server stored other content than was sent, 6 when entries were left out or changed.
  Result<int> run(const GlobalOptions& global, Console& console) const;

 private:
  Result<int> send(const GlobalOptions& global, Console& console) const;
  Result<SenderOptions> sender_options(const ChosenServer& chosen) const;
  Result<SendReport> transfer(SenderOptions options, Console& console) const;
};

}  // namespace penstock
