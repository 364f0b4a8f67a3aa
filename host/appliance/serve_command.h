// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;

// `penstock serve`: a store on the network.
struct ServeCommand {
  static constexpr const char* kName = "serve";
  static constexpr const char* kHelp = "take uploads and give objects over HTTP/3";

  bool init = false;
  std::string names;
  std::string listen = ":4433";
  std::string http;
  bool http_plain = false;
  std::string certificate;
  std::string key;
  std::string access;
  std::string codec;
  std::string device = "auto";
  std::string verify = "full";
  std::string threads;
  std::string workers = "1";
  std::string drain = "30";
  bool retry = false;
  std::vector<std::string> cors;
  bool open_metrics = false;

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  Result<int> run(const GlobalOptions& global, Console& console) const;

 private:
  Result<int> set_up(const std::string& directory, const GlobalOptions& global, Console& console) const;
  Result<int> serve(const std::string& directory, const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
