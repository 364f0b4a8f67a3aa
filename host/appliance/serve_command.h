// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"
#include "http1/http1_options.h"
#include "port/packet_port.h"

namespace penstock {

class CommandSyntax;
struct PemPair;

// `penstock serve`: a store on the network.
struct ServeCommand {
  static constexpr const char* kName = "serve";
  static constexpr const char* kHelp = "take uploads and give objects over HTTP/3";

  bool init = false;
  std::string names;
  std::string listen = ":4433";
  std::string nic;
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
  Result<std::unique_ptr<PacketPort>> open_port(size_t queues) const;
  Result<Http1Options> http1_options(const PemPair& pem) const;
  Result<int> serve(const std::string& directory, const GlobalOptions& global, Console& console) const;
};

}  // namespace penstock
