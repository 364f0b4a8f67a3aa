// SPDX-License-Identifier: Apache-2.0
#include "store/set_aside.h"

#include <algorithm>
#include <vector>

#include "base/limits.h"
#include "base/size_text.h"

namespace penstock {
namespace {

constexpr uint64_t kCopyBytes = kMiB;
constexpr size_t kSegmentNameBytes = 12;

}  // namespace

Result<SetAside> SetAside::open(const StoreSite& site) {
  SetAside aside(site);
  PENSTOCK_TRY_ASSIGN(const bool there, site.files->exists(site.paths.set_aside()));
  if (!there) {
    PENSTOCK_TRY(site.files->make_directory(site.paths.set_aside()));
    PENSTOCK_TRY(site.files->sync_directory(site.paths.directory));
  }
  PENSTOCK_TRY_ASSIGN(const auto names, site.files->list(site.paths.set_aside()));
  aside.names_.insert(names.begin(), names.end());
  return aside;
}

uint32_t SetAside::last_segment() const {
  uint32_t last = 0;
  for (const std::string& name : names_) {
    last = std::max(last, parse_segment_file_name(name.substr(0, kSegmentNameBytes)).value_or(0));
  }
  return last;
}

std::string SetAside::free_name(const std::string& name) const {
  std::string free = name;
  for (int copy = 2; names_.contains(free); ++copy) free = name + "-" + std::to_string(copy);
  return free;
}

Status SetAside::segment(uint32_t segment, uint64_t size) {
  const std::string name = free_name(segment_file_name(segment));
  const Status moved =
      site_->files->rename(site_->paths.segment(segment), site_->paths.set_aside() + "/" + name);
  if (!moved) {
    site_->notice("segment " + segment_file_name(segment) +
                  " belongs to no commit and could not be set aside: " + moved.error().message());
    return {};
  }
  names_.insert(name);
  moved_ = true;
  site_->notice("segment " + segment_file_name(segment) + " (" + human_size(size) +
                ") belongs to no commit: it is now set-aside/" + name);
  return {};
}

Status SetAside::copy(const std::string& from, uint64_t begin, uint64_t end, const std::string& to) {
  PENSTOCK_TRY_ASSIGN(const auto source, site_->files->open(from, false));
  PENSTOCK_TRY_ASSIGN(const auto target, site_->files->create(to));
  std::vector<uint8_t> buffer(std::min(kCopyBytes, end - begin));
  for (uint64_t at = begin; at < end;) {
    const MutableBytes part = MutableBytes(buffer).first(std::min<uint64_t>(buffer.size(), end - at));
    PENSTOCK_TRY(source->read(at, part));
    const Bytes written = part;
    PENSTOCK_TRY(target->write(at - begin, std::span(&written, 1)));
    at += part.size();
  }
  return target->sync();
}

Result<bool> SetAside::tail(const std::string& path, const std::string& name, uint64_t from, uint64_t size) {
  const std::string aside = free_name(name + ".at-" + std::to_string(from));
  const std::string target = site_->paths.set_aside() + "/" + aside;
  Status copied = copy(path, from, size, target);
  if (copied) copied = site_->files->sync_directory(site_->paths.set_aside());
  if (!copied) {
    if (site_->files->exists(target).value_or(false)) static_cast<void>(site_->files->remove(target));
    site_->notice("the end of " + name +
                  " belongs to no commit and could not be set aside: " + copied.error().message());
    return false;
  }
  names_.insert(aside);
  PENSTOCK_TRY_ASSIGN(const auto file, site_->files->open(path, true));
  PENSTOCK_TRY(file->truncate(from));
  PENSTOCK_TRY(file->sync());
  site_->notice("the last " + human_size(size - from) + " of " + name +
                " belong to no commit: they are now set-aside/" + aside);
  return true;
}

Status SetAside::sync() {
  if (!moved_) return {};
  PENSTOCK_TRY(site_->files->sync_directory(site_->paths.set_aside()));
  return site_->files->sync_directory(site_->paths.segments());
}

}  // namespace penstock
