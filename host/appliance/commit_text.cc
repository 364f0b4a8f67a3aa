// SPDX-License-Identifier: Apache-2.0
#include "appliance/commit_text.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>

#include "appliance/line_text.h"
#include "base/size_text.h"

namespace penstock {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr size_t kPathsShown = 3;

Json sizes_json(const CommitSizes& sizes) {
  return {{"content_bytes", sizes.content_bytes}, {"files", sizes.files},
          {"directories", sizes.directories},     {"symlinks", sizes.symlinks},
          {"new_blocks", sizes.new_blocks},       {"new_bytes", sizes.new_bytes},
          {"stored_bytes", sizes.stored_bytes}};
}

}  // namespace

std::string time_text(int64_t time_ns) {
  int64_t whole = time_ns / kSecond;
  if (time_ns % kSecond < 0) --whole;
  const time_t seconds = whole;
  tm fields{};
  if (::gmtime_r(&seconds, &fields) == nullptr || fields.tm_year < -1900 || fields.tm_year > 9999 - 1900) {
    return fmt::format("{} ns", time_ns);
  }
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", fields.tm_year + 1900, fields.tm_mon + 1,
                     fields.tm_mday, fields.tm_hour, fields.tm_min, fields.tm_sec);
}

Json commit_json(const Cid& cid, const Commit& commit) {
  Json object;
  object["cid"] = cid.text();
  object["kind"] = "commit";
  object["root"] = commit.root.text();
  object["meta"] = commit.meta ? Json(commit.meta->text()) : Json();
  Json parents = Json::array();
  for (const Cid& parent : commit.parents) parents.push_back(parent.text());
  object["parents"] = std::move(parents);
  object["jump"] = commit.jump ? Json(commit.jump->text()) : Json();
  object["depth"] = commit.depth;
  object["seq"] = commit.seq;
  object["time"] = time_text(commit.time_ns);
  object["time_ns"] = commit.time_ns;
  object["sizes"] = sizes_json(commit.sizes);
  set_text(object, "name", commit.name);
  set_text(object, "host", commit.host);
  Json paths = Json::array();
  for (const std::string& path : commit.paths) {
    Json row;
    set_text(row, "path", path);
    paths.push_back(std::move(row));
  }
  object["paths"] = std::move(paths);
  object["policy"] = {
      {"chunker", commit.policy.chunker}, {"codec", commit.policy.codec}, {"profile", commit.policy.profile}};
  object["verify"] = commit.verify;
  return object;
}

std::string commit_fields(const Cid& cid, const Commit& commit) {
  std::string text;
  const auto field = [&](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    text += fmt::format("{:<10} {}\n", name, value);
  };
  const CommitSizes& sizes = commit.sizes;
  field("cid", cid.text());
  field("kind", "commit");
  field("root", commit.root.text());
  field("meta", commit.meta ? commit.meta->text() : "-");
  for (const Cid& parent : commit.parents) field("parent", parent.text());
  field("jump", commit.jump ? commit.jump->text() : "-");
  field("depth", std::to_string(commit.depth));
  field("seq", std::to_string(commit.seq));
  field("time", time_text(commit.time_ns));
  field("name", name_text(commit.name));
  field("host", name_text(commit.host));
  for (const std::string& path : commit.paths) field("path", name_text(path));
  field("content", fmt::format("{} bytes ({})", sizes.content_bytes, human_size(sizes.content_bytes)));
  field("entries",
        fmt::format("{} files, {} directories, {} symlinks", sizes.files, sizes.directories, sizes.symlinks));
  field("new", fmt::format("{} blocks, {} bytes, stored as {}", sizes.new_blocks, sizes.new_bytes,
                           sizes.stored_bytes));
  field("chunker", line_text(commit.policy.chunker));
  field("codec", line_text(commit.policy.codec));
  field("profile", line_text(commit.policy.profile));
  field("verify", line_text(commit.verify));
  return text;
}

std::string commit_line(const Cid& cid, const Commit& commit, const std::vector<std::string>& paths) {
  std::string line = fmt::format("{}  {}  {:>15}  {}", cid.text(), time_text(commit.time_ns),
                                 commit.sizes.content_bytes, commit.root.text());
  if (!commit.name.empty()) line += "  " + name_text(commit.name);
  line += "  from " + name_text(commit.host) + ":";
  for (size_t at = 0; at < std::min(paths.size(), kPathsShown); ++at)
    line += (at == 0 ? "" : ", ") + name_text(paths[at]);
  if (paths.size() > kPathsShown) line += fmt::format(" and {} more", paths.size() - kPathsShown);
  return line + "\n";
}

}  // namespace penstock
