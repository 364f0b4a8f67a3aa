// SPDX-License-Identifier: Apache-2.0
#include "ingest/entry_filter.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/owned_fd.h"

namespace penstock {
namespace {

// Whether a regular file begins with `header`; nobody waits for a FIFO of that name.
bool begins_with(int directory_fd, const DirectoryMark& mark) {
  const OwnedFd fd(
      openat(directory_fd, mark.file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (!fd || fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  std::string begin(mark.header.size(), '\0');
  size_t bytes = 0;
  while (bytes < begin.size()) {
    const ssize_t got = read(fd.get(), begin.data() + bytes, begin.size() - bytes);
    if (got <= 0) return false;
    bytes += static_cast<size_t>(got);
  }
  return begin == mark.header;
}

}  // namespace

std::string_view filter_rule_name(FilterRule rule) {
  switch (rule) {
    case FilterRule::pattern:
      return "patterns";
    case FilterRule::larger:
      return "larger_than";
    case FilterRule::file_system:
      return "file_systems";
    case FilterRule::cache:
      return "caches";
    case FilterRule::marked:
      return "if_present";
    case FilterRule::store:
      return "store";
  }
  return "?";
}

DirectoryMark DirectoryMark::cache_tag() {
  return {"CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55", FilterRule::cache};
}

Result<DirectoryMark> DirectoryMark::parse(const std::string& text) {
  const size_t colon = text.find(':');
  DirectoryMark mark{text.substr(0, colon), colon == std::string::npos ? "" : text.substr(colon + 1)};
  if (mark.file.empty() || mark.file == "." || mark.file == ".." || mark.file.find('/') != std::string::npos)
    return fail(Errc::usage, "'" + text + "'", "does not begin with the name of a file",
                "give NAME or NAME:HEADER, without slashes in NAME");
  return mark;
}

std::optional<FilterRule> EntryFilter::against_path(std::string_view path) {
  if (patterns_.match(path) || patterns_any_case_.match(path)) return FilterRule::pattern;
  return std::nullopt;
}

std::optional<FilterRule> EntryFilter::against_status(const FileStatus& status) const {
  if (S_ISREG(status.mode) && rules_.bytes_max && status.size > *rules_.bytes_max) return FilterRule::larger;
  if (rules_.store && status.device == rules_.store->device && status.inode == rules_.store->inode)
    return FilterRule::store;
  return std::nullopt;
}

std::vector<const DirectoryMark*> EntryFilter::marks_in(int directory_fd) const {
  std::vector<const DirectoryMark*> found;
  for (const DirectoryMark& mark : rules_.marks) {
    struct stat status {};
    if (fstatat(directory_fd, mark.file.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (mark.header.empty() || begins_with(directory_fd, mark)) found.push_back(&mark);
  }
  return found;
}

void EntryFilter::leave_out(const std::string& path, FilterRule rule) {
  ++counts_[static_cast<size_t>(rule)];
  if (told_) told_(path, rule);
}

}  // namespace penstock
