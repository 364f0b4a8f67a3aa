// SPDX-License-Identifier: Apache-2.0
#include "mount/commit_folders.h"

#include <fmt/format.h>
#include <time.h>

#include "dag/commit.h"

namespace penstock {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr size_t kNameBytesMax = 255;
constexpr size_t kCidLetters = 8;

void add(CommitFolders::Group& group, const std::string& folder, const Cid& cid) {
  group.commits.emplace(folder, cid);
  group.latest = folder;
}

// Whether a control character of C1 begins there, in UTF-8.
bool is_c1(std::string_view text, size_t at) {
  return at + 1 < text.size() && text[at] == '\xC2' && static_cast<unsigned char>(text[at + 1]) >= 0x80 &&
         static_cast<unsigned char>(text[at + 1]) < 0xA0;
}

}  // namespace

std::string commit_folder_name(const Cid& cid, int64_t time_ns) {
  const time_t seconds = time_ns / kSecond;
  tm fields{};
  std::string time = fmt::format("{}", seconds);
  if (::gmtime_r(&seconds, &fields) != nullptr) {
    time = fmt::format("{:04}-{:02}-{:02}T{:02}-{:02}-{:02}Z", fields.tm_year + 1900, fields.tm_mon + 1,
                       fields.tm_mday, fields.tm_hour, fields.tm_min, fields.tm_sec);
  }
  const std::string text = cid.text();
  return time + "_" + text.substr(text.size() - kCidLetters);
}

std::string group_folder_name(std::string_view text) {
  std::string name;
  const bool dots = text == "." || text == "..";
  for (size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool c1 = is_c1(text, at) || (at > 0 && is_c1(text, at - 1));
    const bool escaped = byte == '/' || byte == '%' || byte < 0x20 || byte == 0x7F || c1 || dots;
    if (escaped) {
      name += fmt::format("%{:02X}", byte);
    } else {
      name += text[at];
    }
  }
  return name.size() <= kNameBytesMax ? name : "";
}

Status CommitFolders::update(std::span<const LoggedCommit> commits, BlockSource& source,
                             const std::function<void(const Error&)>& report) {
  for (const LoggedCommit& logged : commits) {
    if (known_.contains(logged.cid)) continue;
    const Result<Commit> commit = read_commit(source, logged.cid);
    if (!commit && commit.error().code == Errc::failed) return Failure(commit.error());
    known_.insert(logged.cid);
    if (!commit) {
      report(commit.error());
      continue;
    }
    const std::string folder = commit_folder_name(logged.cid, commit->time_ns);
    add(all_, folder, logged.cid);
    if (const std::string name = group_folder_name(commit->name); !name.empty())
      add(names_[name], folder, logged.cid);
    if (const std::string host = group_folder_name(commit->host); !host.empty())
      add(hosts_[host], folder, logged.cid);
  }
  return {};
}

}  // namespace penstock
