// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "dag/block_io.h"
#include "dag/commit.h"

namespace penstock {

class CommandSyntax;

// Which commits are wanted, as parsed.
struct CommitWish {
  std::string name;  // empty: any
  std::string host;
  std::string path;              // as given
  std::string absolute_path;     // the same from the root on
  std::optional<int64_t> since;  // seconds since 1970
  std::optional<int64_t> until;

  // By what the commit says; of a path also by where its entries were read from. corrupt: its metadata is
  // missing or malformed.
  Result<bool> met_by(BlockSource& source, const Commit& commit) const;
};

// The options --name, --host, --path, --since and --until.
struct CommitFilter {
  std::string name;
  std::string host;
  std::string path;
  std::string since;
  std::string until;

  void describe(CommandSyntax& syntax);
  bool any() const;
  // usage error: a time is none, or --since later than --until.
  Result<CommitWish> parse(int64_t now) const;
};

}  // namespace penstock
