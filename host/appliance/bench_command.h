// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"
#include "benchmark/bench_options.h"

namespace penstock {

class CommandSyntax;

// `penstock bench`: what each stage of a put costs on this machine, and what share of the libraries' speed a
// put reaches.
struct BenchCommand {
  static constexpr const char* kName = "bench";
  static constexpr const char* kHelp =
      "measure each stage, and the share reached of what the libraries allow";

  std::vector<std::string> paths;
  std::string mib;
  std::string threads;
  std::string runs = "5";
  std::string directory = "/dev/shm";
  std::string codec = "auto";
  std::string chunker = "cdc:16K:64K:256K";
  std::string device;
  std::string plot;

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  Result<int> run(const GlobalOptions& global, Console& console) const;

 private:
  Result<BenchOptions> options() const;
  Result<int> run_devices(const GlobalOptions& global, Console& console, const BenchOptions& chosen) const;
};

}  // namespace penstock
