// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "appliance/console.h"
#include "appliance/global_options.h"
#include "base/result.h"

namespace penstock {

class CommandSyntax;

// `penstock token`: who may do what with a server.
struct TokenCommand {
  static constexpr const char* kName = "token";
  static constexpr const char* kHelp = "give, list and take away the tokens of a server";

  std::string action;
  std::string name;
  std::string rights;
  std::string expires;
  std::string access;

  void describe(CommandSyntax& syntax, GlobalOptions& global);
  Result<int> run(const GlobalOptions& global, Console& console) const;

 private:
  Result<int> add(const std::string& path, const GlobalOptions& global, Console& console) const;
  Result<int> list(const std::string& path, const GlobalOptions& global, Console& console) const;
  Result<int> remove(const std::string& path, const GlobalOptions& global, Console& console) const;
};

// When a token ends: a time such as 2027-01-31T00:00:00Z, a day of which the first moment in UTC counts, or
// how long from `now`: 12h, 90d. Seconds since 1970. usage error: another text, or a time that has passed.
Result<int64_t> parse_token_end(const std::string& text, int64_t now);

}  // namespace penstock
