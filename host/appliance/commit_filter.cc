// SPDX-License-Identifier: Apache-2.0
#include "appliance/commit_filter.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "appliance/command_syntax.h"
#include "appliance/past_time.h"
#include "dag/meta_root.h"

namespace penstock {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

bool is_or_is_below(const std::string& path, const std::string& top) {
  if (!path.starts_with(top)) return false;
  return path.size() == top.size() || top.ends_with('/') || path[top.size()] == '/';
}

}  // namespace

Result<bool> CommitWish::met_by(BlockSource& source, const Commit& commit) const {
  if (!name.empty() && commit.name != name) return false;
  if (!host.empty() && commit.host != host) return false;
  if (since && commit.time_ns / kSecond < *since) return false;
  if (until && commit.time_ns / kSecond > *until) return false;
  if (path.empty()) return true;
  const auto given = [&](const std::string& one) { return without_slashes(one) == path; };
  if (std::ranges::any_of(commit.paths, given)) return true;
  PENSTOCK_TRY_ASSIGN(const auto meta, read_meta_root(source, commit));
  if (!meta) return false;
  return std::ranges::any_of(meta->from,
                             [&](const std::string& top) { return is_or_is_below(absolute_path, top); });
}

void CommitFilter::describe(CommandSyntax& syntax) {
  syntax.value("--name", name, "NAME", "only commits of this name");
  syntax.value("--host", host, "HOST", "only commits made on this host");
  syntax.value("--path", path, "PATH", "only commits that were made of this path, or of one above it");
  syntax.value("--since", since, "TIME", "only commits made then or later: 2026-11-21, 90d (ago)");
  syntax.value("--until", until, "TIME", "only commits made then or earlier");
}

bool CommitFilter::any() const {
  return !name.empty() || !host.empty() || !path.empty() || !since.empty() || !until.empty();
}

Result<CommitWish> CommitFilter::parse(int64_t now) const {
  CommitWish wish;
  wish.name = name;
  wish.host = host;
  wish.path = without_slashes(path);
  if (!path.empty()) {
    std::error_code error;
    const auto absolute = std::filesystem::absolute(path, error);
    if (error) return fail_errno(path, error.value());
    wish.absolute_path = without_slashes(absolute.lexically_normal().string());
  }
  if (!since.empty()) {
    PENSTOCK_TRY_ASSIGN(wish.since, parse_past_time("--since", since, now));
  }
  if (!until.empty()) {
    PENSTOCK_TRY_ASSIGN(wish.until, parse_past_time("--until", until, now));
  }
  if (wish.since && wish.until && *wish.since > *wish.until)
    return fail(Errc::usage, "--since " + since, "is later than --until " + until,
                "give the earlier one first");
  return wish;
}

}  // namespace penstock
