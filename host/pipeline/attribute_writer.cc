// SPDX-License-Identifier: Apache-2.0
#include "pipeline/attribute_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "pipeline/attribute_names.h"
#include "pipeline/restore_stage.h"

namespace penstock {
namespace {

constexpr uint32_t kPermissions = 07777;
constexpr uint32_t kActsAsOwner = 06000;  // setuid, setgid
constexpr uint32_t kSpecialBits = 07000;

// Of one call: not allowed to us, or not known to this file system, or more than it takes.
bool is_refusal(int error_number) {
  static constexpr std::array kRefusals = {EPERM, EACCES, EOPNOTSUPP, ENOSYS, EINVAL,
                                           E2BIG, ERANGE, ENOSPC,     EDQUOT};
  return std::ranges::find(kRefusals, error_number) != kRefusals.end();
}

Bytes value_of(const Xattr& xattr) {
  const auto* value = std::get_if<std::vector<uint8_t>>(&xattr.value);
  PENSTOCK_CHECK(value != nullptr);
  return *value;
}

// One entry while it is given its metadata. By descriptor; what cannot be opened is held by an O_PATH one,
// and its attributes and mode are reached by what /proc calls that.
class Subject {
 public:
  Subject(int fd, bool held, const MetaEntry& entry, const std::string& path, const RestoredOwners& owners,
          RefusalTally& refused)
      : fd_(fd),
        proc_path_(held ? "/proc/self/fd/" + std::to_string(fd) : std::string()),
        entry_(&entry),
        path_(&path),
        sets_owner_(owners.are_set()),
        uid_(owners.user(entry.uid)),
        gid_(owners.group(entry.gid)),
        refused_(&refused) {}

  Status apply(bool fresh) {
    fresh_ = fresh;
    PENSTOCK_TRY(look());
    if ((entry_->mode & kModeType) != (status_.st_mode & kModeType))
      return fail(Errc::failed, *path_, "was replaced by something else while it was restored",
                  "restore when nothing else changes what is there");
    if (!fresh) PENSTOCK_TRY(close_access());
    PENSTOCK_TRY(set_owner());
    if (!fresh) PENSTOCK_TRY(remove_others());
    for (const Xattr& xattr : entry_->xattrs)
      if (!is_acl_name(xattr.name)) PENSTOCK_TRY(set_xattr(xattr));
    PENSTOCK_TRY(set_access());
    for (const Xattr& xattr : entry_->xattrs)
      if (is_acl_name(xattr.name) && xattr.name != kAccessAcl) PENSTOCK_TRY(set_xattr(xattr));
    return set_time();
  }

 private:
  bool is_symlink() const { return (entry_->mode & kModeType) == kModeSymlink; }
  bool is_file() const { return (entry_->mode & kModeType) == kModeFile; }
  bool owner_is_right() const { return status_.st_uid == uid_ && status_.st_gid == gid_; }

  Status look() { return fstat(fd_, &status_) == 0 ? Status() : Status(fail_errno(*path_)); }

  Status refuse(Refused what, int error_number) {
    const bool without_proc = error_number == ENOENT && !proc_path_.empty();
    if (!without_proc && !is_refusal(error_number)) return fail_errno(*path_, error_number);
    refused_->add(what, *path_, error_number);
    return {};
  }

  // Where the user cannot be set, the group still may.
  Status set_owner() {
    if (!sets_owner_ || owner_is_right()) return {};
    if (fchownat(fd_, "", uid_, gid_, AT_EMPTY_PATH) != 0) {
      PENSTOCK_TRY(refuse(Refused::owner, errno));
      if (status_.st_gid != gid_) (void)fchownat(fd_, "", static_cast<uid_t>(-1), gid_, AT_EMPTY_PATH);
    }
    return look();
  }

  // Where the owner or the ACL will be another, nobody is to have by the one what the other was for. As much
  // as may be done: what may not is told of when the mode is set.
  Status close_access() {
    if (is_symlink()) return {};
    const Bytes wanted = wanted_acl();
    const std::vector<uint8_t> stands = standing_acl();
    const bool owner_stays = !sets_owner_ || owner_is_right();
    if (owner_stays && (stands.empty() || std::ranges::equal(stands, wanted))) return {};
    uint32_t mode = entry_->mode & kPermissions;
    if (!wanted.empty()) mode = mode_without_acl(mode, wanted);
    if (!stands.empty()) mode = mode_without_acl(mode, stands);
    const uint32_t before = status_.st_mode & kPermissions;
    const uint32_t closed = before & (mode | kSpecialBits);
    if (closed == before) return {};
    (void)(proc_path_.empty() ? fchmod(fd_, closed) : chmod(proc_path_.c_str(), closed));
    return look();
  }

  Status remove_others() {
    std::string names;
    for (ssize_t bytes = 0;;) {
      bytes = proc_path_.empty() ? flistxattr(fd_, names.data(), names.size())
                                 : listxattr(proc_path_.c_str(), names.data(), names.size());
      if (bytes < 0 && errno != ERANGE) return is_refusal(errno) ? Status() : Status(fail_errno(*path_));
      if (bytes >= 0 && static_cast<size_t>(bytes) <= names.size()) {
        const bool whole = !names.empty() || bytes == 0;
        names.resize(static_cast<size_t>(bytes));
        if (whole) break;
      }
      names.resize(std::max<size_t>(4096, 2 * names.size()));
    }
    for (std::string_view rest = names; !rest.empty();) {
      const std::string name(rest.substr(0, rest.find('\0')));
      rest.remove_prefix(std::min(name.size() + 1, rest.size()));
      const bool wanted =
          std::ranges::any_of(entry_->xattrs, [&](const Xattr& xattr) { return xattr.name == name; });
      if (wanted || !is_restored_attribute(name)) continue;
      const int failed = proc_path_.empty() ? fremovexattr(fd_, name.c_str())
                                            : removexattr(proc_path_.c_str(), name.c_str());
      if (failed != 0 && errno != ENODATA) PENSTOCK_TRY(refuse(refused_kind_of(name), errno));
    }
    return {};
  }

  // The access ACLs that the entry has, and that stands there; empty: none.
  Bytes wanted_acl() const {
    const auto acl = std::ranges::find(entry_->xattrs, kAccessAcl, &Xattr::name);
    return acl == entry_->xattrs.end() ? Bytes() : value_of(*acl);
  }

  std::vector<uint8_t> standing_acl() const {
    const auto read = [&](std::vector<uint8_t>& into) {
      return proc_path_.empty() ? fgetxattr(fd_, kAccessAcl.data(), into.data(), into.size())
                                : getxattr(proc_path_.c_str(), kAccessAcl.data(), into.data(), into.size());
    };
    std::vector<uint8_t> value;
    const ssize_t bytes = read(value);
    if (bytes <= 0) return {};
    value.resize(static_cast<size_t>(bytes));
    return read(value) == bytes ? value : std::vector<uint8_t>{0};  // it changes: some other one
  }

  bool has(const std::string& name, Bytes value) const {
    std::vector<uint8_t> found(value.size() + 1);
    const ssize_t bytes = proc_path_.empty()
                              ? fgetxattr(fd_, name.c_str(), found.data(), found.size())
                              : getxattr(proc_path_.c_str(), name.c_str(), found.data(), found.size());
    return bytes >= 0 && std::ranges::equal(Bytes(found).first(static_cast<size_t>(bytes)), value);
  }

  Status set_xattr(const Xattr& xattr) {
    const Refused kind = refused_kind_of(xattr.name);
    if (kind == Refused::capability && !owner_is_right()) return refuse(kind, EPERM);
    const Bytes value = value_of(xattr);
    if (!fresh_ && has(xattr.name, value)) return {};
    const int failed = proc_path_.empty()
                           ? fsetxattr(fd_, xattr.name.c_str(), value.data(), value.size(), 0)
                           : setxattr(proc_path_.c_str(), xattr.name.c_str(), value.data(), value.size(), 0);
    if (failed == 0) return {};
    acl_refused_ = acl_refused_ || xattr.name == kAccessAcl;
    return refuse(kind, errno);
  }

  uint32_t wanted_mode() const {
    const uint32_t mode = entry_->mode & kPermissions;
    return is_file() && !owner_is_right() ? mode & ~kActsAsOwner : mode;
  }

  // A mode's group bits are its ACL's mask: until that is set the owning group would have them.
  Status set_access() {
    if (is_symlink()) return {};
    const uint32_t mode = wanted_mode();
    if (mode != (entry_->mode & kPermissions)) PENSTOCK_TRY(refuse(Refused::mode, EPERM));
    const auto acl = std::ranges::find(entry_->xattrs, kAccessAcl, &Xattr::name);
    if (acl == entry_->xattrs.end()) return set_mode(mode);
    const uint32_t narrow = mode_without_acl(mode, value_of(*acl));
    const bool stands = (status_.st_mode & kPermissions) == mode && has(acl->name, value_of(*acl));
    if (!stands && (status_.st_mode & kPermissions) != (narrow & ~kSpecialBits))
      PENSTOCK_TRY(change_mode(narrow & ~kSpecialBits));
    PENSTOCK_TRY(set_xattr(*acl));
    PENSTOCK_TRY(look());
    return set_mode(acl_refused_ ? narrow : mode);
  }

  Status set_mode(uint32_t mode) {
    if ((status_.st_mode & kPermissions) == mode) return {};
    PENSTOCK_TRY(change_mode(mode));
    if ((mode & kSpecialBits) == 0) return {};
    PENSTOCK_TRY(look());  // bits may be left out without a word
    return (status_.st_mode & kPermissions) == mode ? Status() : refuse(Refused::mode, EPERM);
  }

  Status change_mode(uint32_t mode) {
    const int failed = proc_path_.empty() ? fchmod(fd_, mode) : chmod(proc_path_.c_str(), mode);
    return failed == 0 ? Status() : refuse(Refused::mode, errno);
  }

  Status set_time() {
    const FileTime& wanted = entry_->mtime;
    const timespec times[2] = {{0, UTIME_OMIT},
                               {static_cast<time_t>(wanted.seconds), static_cast<long>(wanted.nanoseconds)}};
    const int failed = proc_path_.empty() ? futimens(fd_, times) : utimensat(fd_, "", times, AT_EMPTY_PATH);
    if (failed != 0) return refuse(Refused::time, errno);
    if (wanted.seconds >= 0 && wanted.seconds <= std::numeric_limits<int32_t>::max()) return {};
    PENSTOCK_TRY(look());  // file systems take the nearest that they have
    if (status_.st_mtim.tv_sec != wanted.seconds) refused_->add(Refused::time, *path_, 0);
    return {};
  }

  int fd_;
  std::string proc_path_;  // empty: the descriptor will do
  const MetaEntry* entry_;
  const std::string* path_;
  bool sets_owner_;
  uint32_t uid_;
  uint32_t gid_;
  RefusalTally* refused_;
  bool fresh_ = false;
  bool acl_refused_ = false;
  struct stat status_ {};
};

}  // namespace

Status fetch_xattr_values(BlockSource& source, MetaEntry& entry) {
  for (Xattr& xattr : entry.xattrs) {
    const Cid* cid = std::get_if<Cid>(&xattr.value);
    if (cid == nullptr) continue;
    Result<Bytes> block = source.read(*cid);
    if (!block) {
      Error error = std::move(block).error();
      if (error.code == Errc::absent) error.code = Errc::corrupt;
      return Failure(std::move(error));
    }
    if (block->size() > kXattrValueBytesMax)
      return fail(Errc::corrupt, cid->text(), "is too long for the value of an attribute",
                  "put the file anew");
    xattr.value = std::vector<uint8_t>(block->begin(), block->end());
  }
  return {};
}

Status AttributeWriter::apply(int fd, const MetaEntry& entry, const std::string& path, bool fresh) const {
  return Subject(fd, false, entry, path, owners_, *refused_).apply(fresh);
}

Status AttributeWriter::apply_at(int directory_fd, const std::string& name, const MetaEntry& entry,
                                 const std::string& path, bool fresh) const {
  const Descriptor held(openat(directory_fd, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (held.number() < 0) return fail_errno(path);
  return Subject(held.number(), true, entry, path, owners_, *refused_).apply(fresh);
}

uint32_t mode_until_restored(int standing, const MetaEntry& entry, const RestoredOwners& owners) {
  constexpr uint32_t kOwnerAlone = 0700;
  constexpr size_t kAclBytesMax = 65'536;  // XATTR_SIZE_MAX, linux/limits.h
  struct stat status {};
  if (fstat(standing, &status) != 0) return kOwnerAlone;
  if (owners.are_set() &&
      (status.st_uid != owners.user(entry.uid) || status.st_gid != owners.group(entry.gid)))
    return kOwnerAlone;
  std::vector<uint8_t> found;
  const ssize_t bytes = fgetxattr(standing, kAccessAcl.data(), nullptr, 0);
  if (bytes > 0) {
    found.resize(kAclBytesMax);
    found.resize(static_cast<size_t>(
        std::max<ssize_t>(0, fgetxattr(standing, kAccessAcl.data(), found.data(), found.size()))));
  }
  const auto acl = std::ranges::find(entry.xattrs, kAccessAcl, &Xattr::name);
  if (acl == entry.xattrs.end()) return bytes > 0 ? kOwnerAlone : entry.mode & 0777;
  const auto* value = std::get_if<std::vector<uint8_t>>(&acl->value);
  return value == nullptr || *value != found ? kOwnerAlone : mode_without_acl(entry.mode & 0777, *value);
}

// A header of 4 bytes, then 8 an entry: tag (2), permissions (2), id (4), little-endian (acl(5),
// linux/posix_acl_xattr.h).
uint32_t mode_without_acl(uint32_t mode, Bytes value) {
  constexpr size_t kHeaderBytes = 4;
  constexpr size_t kEntryBytes = 8;
  constexpr uint16_t kGroupObject = 0x04;
  constexpr uint32_t kGroupBits = 070;
  uint32_t group = 0;
  if (value.size() >= kHeaderBytes && load_le<uint32_t>(value.data()) == 2)
    for (size_t at = kHeaderBytes; value.size() - at >= kEntryBytes; at += kEntryBytes)
      if (load_le<uint16_t>(value.data() + at) == kGroupObject)
        group = load_le<uint16_t>(value.data() + at + 2) & 7u;
  return (mode & ~kGroupBits) | (mode & group << 3);
}

}  // namespace penstock
