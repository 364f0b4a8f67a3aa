// SPDX-License-Identifier: Apache-2.0
#include "pipeline/restored_metadata.h"

#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "pipeline/attribute_names.h"

namespace penstock {
namespace {

constexpr uint32_t kPermissions = 07777;

void add_word(std::string& words, std::string_view word) {
  if (!words.empty()) words += ", ";
  words += word;
}

// Where the file system keeps no such fine times: cut off, by no more than FAT's two seconds.
bool is_coarser(const timespec& found, const FileTime& wanted) {
  constexpr long kNtfsTick = 100;  // nanoseconds
  const int64_t seconds = wanted.seconds - found.tv_sec;
  const bool before = seconds > 0 || (seconds == 0 && found.tv_nsec <= static_cast<long>(wanted.nanoseconds));
  return before && seconds <= 2 && found.tv_nsec % kNtfsTick == 0;
}

using Value = std::vector<uint8_t>;

// One entry while it is looked at.
class Subject {
 public:
  Subject(int fd, bool held)
      : fd_(fd), proc_path_(held ? "/proc/self/fd/" + std::to_string(fd) : std::string()) {}

  Result<std::vector<std::string>> names() const {
    std::string text(1024, '\0');
    while (true) {
      const ssize_t bytes = proc_path_.empty() ? flistxattr(fd_, text.data(), text.size())
                                               : listxattr(proc_path_.c_str(), text.data(), text.size());
      if (bytes < 0 && errno == EOPNOTSUPP) return std::vector<std::string>();
      if (bytes < 0 && errno != ERANGE) return fail_errno("attributes");
      if (bytes >= 0) {
        text.resize(static_cast<size_t>(bytes));
        break;
      }
      text.resize(2 * text.size());
    }
    std::vector<std::string> names;
    for (std::string_view rest = text; !rest.empty();) {
      names.emplace_back(rest.substr(0, rest.find('\0')));
      rest.remove_prefix(std::min(names.back().size() + 1, rest.size()));
    }
    return names;
  }

  bool has(const std::string& name, const Value& value) const {
    Value found(value.size() + 1);
    const ssize_t bytes = proc_path_.empty()
                              ? fgetxattr(fd_, name.c_str(), found.data(), found.size())
                              : getxattr(proc_path_.c_str(), name.c_str(), found.data(), found.size());
    return bytes >= 0 && std::ranges::equal(std::span(found).first(static_cast<size_t>(bytes)), value);
  }

 private:
  int fd_;
  std::string proc_path_;
};

}  // namespace

Result<MetadataDifference> RestoredMetadata::compare(int fd, bool held, const struct stat& status,
                                                     const MetaEntry& entry, const std::string& path) const {
  MetadataDifference difference;
  const auto differs = [&](Refused kind, std::string_view word, bool refused) {
    add_word(refused || refused_->refused(kind, path) ? difference.not_restorable : difference.wrong, word);
  };
  const uint32_t type = entry.mode & kModeType;
  if (type != kModeSymlink && (status.st_mode & kPermissions) != (entry.mode & kPermissions))
    differs(Refused::mode, "mode", refused_->refused(Refused::acl, path));
  if (owners_->are_set() &&
      (status.st_uid != owners_->user(entry.uid) || status.st_gid != owners_->group(entry.gid)))
    differs(Refused::owner, "owner", false);
  if (status.st_mtim.tv_sec != entry.mtime.seconds ||
      status.st_mtim.tv_nsec != static_cast<long>(entry.mtime.nanoseconds))
    differs(Refused::time, "time", is_coarser(status.st_mtim, entry.mtime));
  if (entry.device && makedev(entry.device->major, entry.device->minor) != status.st_rdev)
    differs(Refused::special, "device number", false);

  const Subject subject(fd, held);
  for (const Xattr& xattr : entry.xattrs) {
    const auto* value = std::get_if<Value>(&xattr.value);
    if (value != nullptr && !subject.has(xattr.name, *value))
      differs(refused_kind_of(xattr.name), xattr.name, false);
  }
  PENSTOCK_TRY_ASSIGN(const auto names, subject.names());
  for (const std::string& name : names)
    if (is_restored_attribute(name) &&
        std::ranges::find(entry.xattrs, name, &Xattr::name) == entry.xattrs.end())
      differs(refused_kind_of(name), "no " + name, false);
  return difference;
}

}  // namespace penstock
