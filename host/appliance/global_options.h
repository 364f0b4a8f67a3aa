// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

namespace penstock {

class CommandSyntax;

// What several commands take alike. Filled in once, from the command line and the environment.
struct GlobalOptions {
  std::string store;  // -s; empty: PENSTOCK_STORE, else the default place
  bool json = false;
  bool quiet = false;
  bool program = false;         // --program: as DriverOptions
  std::string sha256 = "auto";  // --sha256: a path by name, or the fastest of this CPU

  void describe_store(CommandSyntax& syntax);
  void describe_json(CommandSyntax& syntax);
  void describe_quiet(CommandSyntax& syntax);
  void describe_program(CommandSyntax& syntax);
  void describe_sha256(CommandSyntax& syntax);
};

// -s, else PENSTOCK_STORE, else $XDG_DATA_HOME/penstock, else ~/.local/share/penstock. usage error: none of
// them is set.
Result<std::string> store_directory(const GlobalOptions& global);
// Where `send` keeps what it goes on with the next time: $XDG_STATE_HOME/penstock/uploads. Empty: no HOME.
std::string kept_uploads_directory();

// Makes the process hash as --sha256 says. usage error: there is no such path, or this CPU lacks it.
Status choose_sha256(const GlobalOptions& global);

// The value of --threads: 0 (one a CPU) where empty. usage error: not a number from 1 to 1024.
Result<unsigned> parse_threads(const std::string& text);

// The whole of `text` as a decimal number; usage error, naming `option`, otherwise.
Result<uint64_t> parse_count(const std::string& option, const std::string& text);
// ... from `least` to `most`.
Result<uint64_t> parse_count(const std::string& option, const std::string& text, uint64_t least,
                             uint64_t most);

}  // namespace penstock
