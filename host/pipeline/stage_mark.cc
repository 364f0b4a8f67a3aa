// SPDX-License-Identifier: Apache-2.0
#include "pipeline/stage_mark.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <utility>

namespace penstock {
namespace {

// statfs(2); what linux/magic.h does not have.
constexpr uint32_t kCifsMagic = 0xff534d42;
constexpr uint32_t kGpfsMagic = 0x47504653;
constexpr uint32_t kLustreMagic = 0x0bd00bd0;
constexpr uint32_t kMountIdUnique = 0x4000;  // STATX_MNT_ID_UNIQUE, Linux 6.8: never given twice
constexpr std::array kServed = {uint32_t{NFS_SUPER_MAGIC},
                                uint32_t{SMB_SUPER_MAGIC},
                                uint32_t{SMB2_SUPER_MAGIC},
                                uint32_t{CEPH_SUPER_MAGIC},
                                uint32_t{AFS_SUPER_MAGIC},
                                uint32_t{AFS_FS_MAGIC},
                                uint32_t{CODA_SUPER_MAGIC},
                                uint32_t{V9FS_MAGIC},
                                uint32_t{FUSE_SUPER_MAGIC},
                                kCifsMagic,
                                kGpfsMagic,
                                kLustreMagic};

// random(4)
std::string boot_id() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

// 0: not known.
uint64_t mount_of(int directory, const char* name) {
  struct statx status {};
  const int flags = AT_EMPTY_PATH | AT_NO_AUTOMOUNT;
  if (statx(directory, name, flags, kMountIdUnique, &status) == 0 && (status.stx_mask & kMountIdUnique) != 0)
    return status.stx_mnt_id;
  return statx(directory, name, flags, STATX_MNT_ID, &status) == 0 ? status.stx_mnt_id : 0;
}

std::string place_of(int directory) {
  struct stat status {};
  struct statfs system {};
  if (fstat(directory, &status) != 0 || fstatfs(directory, &system) != 0) return {};
  std::array<int, 2> id{};
  static_assert(sizeof system.f_fsid == sizeof id);
  std::memcpy(id.data(), &system.f_fsid, sizeof id);
  return std::to_string(major(status.st_dev)) + ":" + std::to_string(minor(status.st_dev)) + " " +
         std::to_string(id[0]) + ":" + std::to_string(id[1]);
}

// The number of a namespace is given again, the mount of what is its top is not (Linux 6.8).
std::string view_of(int directory) {
  return std::to_string(mount_of(AT_FDCWD, "/")) + " " + std::to_string(mount_of(directory, ""));
}

std::string_view top_of(std::string_view view) {
  return view.substr(0, view.find(' '));
}

// The line that begins with `word`, without it; `text` then begins behind it.
std::optional<std::string> take_line(std::string_view& text, std::string_view word) {
  const size_t end = text.find('\n');
  if (!text.starts_with(word) || end == std::string_view::npos) return std::nullopt;
  std::string line(text.substr(word.size(), end - word.size()));
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

StageMark StageMark::of(int directory, std::string key, std::string target) {
  return {std::move(key), boot_id(), place_of(directory), view_of(directory), std::move(target)};
}

std::optional<StageMark> StageMark::parse(std::string_view text) {
  auto key = take_line(text, "key ");
  auto boot = take_line(text, "boot ");
  auto place = take_line(text, "place ");
  auto view = take_line(text, "view ");
  if (!key || !boot || !place || !view || !text.starts_with("target ")) return std::nullopt;
  text.remove_prefix(std::string_view("target ").size());  // it may have lines of its own
  return StageMark{std::move(*key), std::move(*boot), std::move(*place), std::move(*view), std::string(text)};
}

std::string StageMark::text() const {
  return "key " + key + "\nboot " + boot + "\nplace " + place + "\nview " + view + "\ntarget " + target;
}

bool StageMark::continues(const StageMark& before) const {
  return key == before.key && !boot.empty() && boot == before.boot && !is_elsewhere(before);
}

bool StageMark::is_elsewhere(const StageMark& before) const {
  if (place.empty() || place != before.place) return true;
  return top_of(view) == top_of(before.view) && view != before.view;
}

bool keeps_unsynced_writes(int directory) {
  struct statfs status {};
  if (fstatfs(directory, &status) != 0) return false;
  return std::ranges::find(kServed, static_cast<uint32_t>(status.f_type)) == kServed.end();
}

}  // namespace penstock
