// SPDX-License-Identifier: Apache-2.0
#include "store/set_aside.h"

#include <algorithm>
#include <vector>

#include "base/limits.h"
#include "base/size_text.h"

namespace penstock {
namespace {

// What a full disk must still have room for; a tail may be as long as a segment.
constexpr uint64_t kPieceBytes = kMiB;
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
                ") belongs to no commit: it is now set-aside/" + name + ", which may be deleted");
  return {};
}

Status SetAside::copy(const File& source, uint64_t begin, uint64_t end, const std::string& to) {
  std::vector<uint8_t> piece(end - begin);
  PENSTOCK_TRY(source.read(begin, piece));
  PENSTOCK_TRY_ASSIGN(const auto target, site_->files->create(to));
  const Bytes written = piece;
  PENSTOCK_TRY(target->write(0, std::span(&written, 1)));
  PENSTOCK_TRY(target->sync());
  return site_->files->sync_directory(site_->paths.set_aside());
}

Result<bool> SetAside::tail(const std::string& path, const std::string& name, uint64_t from, uint64_t size) {
  PENSTOCK_TRY_ASSIGN(const auto file, site_->files->open(path, true));
  std::string last;
  uint64_t pieces = 0;
  uint64_t end = size;
  // From the end, so that what is still in the file has no gap and is the tail of the next attempt.
  while (end > from) {
    const uint64_t begin = end - std::min(kPieceBytes, end - from);
    last = free_name(name + ".at-" + std::to_string(begin));
    const std::string target = site_->paths.set_aside() + "/" + last;
    const Status copied = copy(*file, begin, end, target);
    if (!copied) {
      if (site_->files->exists(target).value_or(false)) static_cast<void>(site_->files->remove(target));
      site_->notice("the end of " + name + " (" + human_size(end - from) +
                    ") belongs to no commit and could not be set aside: " + copied.error().message() +
                    "; what is in set-aside/ may be deleted");
      break;
    }
    names_.insert(last);
    PENSTOCK_TRY(file->truncate(begin));
    PENSTOCK_TRY(file->sync());
    ++pieces;
    end = begin;
  }
  if (pieces > 0) {
    site_->notice("the last " + human_size(size - end) + " of " + name +
                  " belong to no commit: they are now set-aside/" + last +
                  (pieces == 1 ? "" : " and " + std::to_string(pieces - 1) + " more") +
                  ", which may be deleted");
  }
  return end == from;
}

Status SetAside::sync() {
  if (!moved_) return {};
  PENSTOCK_TRY(site_->files->sync_directory(site_->paths.set_aside()));
  return site_->files->sync_directory(site_->paths.segments());
}

}  // namespace penstock
