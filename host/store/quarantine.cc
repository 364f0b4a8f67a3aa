// SPDX-License-Identifier: Apache-2.0
#include "store/quarantine.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "base/limits.h"
#include "store/file_header.h"
#include "store/replace_file.h"

namespace penstock {
namespace {

constexpr uint64_t kFileBytesBound = kFileHeaderBytes + uint64_t{DamagedRange::kBytes} * (1u << 20);

// Of those that begin together, the longest first.
bool before(const DamagedRange& a, const DamagedRange& b) {
  return std::tie(a.segment, a.begin, b.end) < std::tie(b.segment, b.begin, a.end);
}

}  // namespace

Result<Quarantine> Quarantine::read(FileSystem& files, const StorePaths& paths, const StoreUuid& uuid) {
  Quarantine quarantine;
  auto file = files.open(paths.quarantine(), false);
  if (!file) {
    if (file.error().code == Errc::absent) return quarantine;
    return Failure(file.error());
  }
  PENSTOCK_TRY_ASSIGN(const uint64_t size, (*file)->size());
  std::vector<uint8_t> bytes(std::min(size, kFileBytesBound));
  PENSTOCK_TRY((*file)->read(0, bytes));
  // Its header tells nothing that the records do not: each is checked against the uuid.
  if (!check_file_header(bytes, kQuarantineMagic, uuid)) ++quarantine.damaged_records_;
  std::vector<DamagedRange> ranges;
  for (size_t at = kFileHeaderBytes; at < bytes.size(); at += DamagedRange::kBytes) {
    const auto range = parse_damaged_range(Bytes(bytes).subspan(at), uuid);
    if (range) {
      ranges.push_back(*range);
    } else {
      ++quarantine.damaged_records_;
    }
  }
  quarantine.add(ranges);
  return quarantine;
}

bool Quarantine::contains(uint32_t segment, uint32_t offset) const {
  // Ends ascend as begins do: of the ranges that begin at or before `offset`, the last one reaches farthest.
  const auto behind = std::ranges::upper_bound(
      ranges_, std::pair(segment, offset), {},
      [](const DamagedRange& range) { return std::pair(range.segment, range.begin); });
  return behind != ranges_.begin() && (behind - 1)->segment == segment && offset < (behind - 1)->end;
}

bool Quarantine::add(std::span<const DamagedRange> ranges) {
  std::vector<DamagedRange> added(ranges.begin(), ranges.end());
  std::ranges::stable_sort(added, before);
  std::vector<DamagedRange> all;
  all.reserve(ranges_.size() + added.size());
  std::ranges::merge(ranges_, added, std::back_inserter(all), before);
  size_t kept = 0;
  for (const DamagedRange& range : all) {
    const bool within = kept > 0 && all[kept - 1].segment == range.segment && range.end <= all[kept - 1].end;
    if (!within) all[kept++] = range;
  }
  all.resize(kept);
  if (all == ranges_) return false;
  ranges_ = std::move(all);
  return true;
}

bool Quarantine::remove(std::span<const DamagedRange> ranges) {
  std::vector<DamagedRange> removed(ranges.begin(), ranges.end());
  std::ranges::sort(removed, before);
  return std::erase_if(ranges_, [&](const DamagedRange& range) {
           const auto same = std::ranges::lower_bound(removed, range, before);
           return same != removed.end() && *same == range;
         }) > 0;
}

Status Quarantine::write(FileSystem& files, const StorePaths& paths, const StoreUuid& uuid) const {
  if (ranges_.empty()) {
    PENSTOCK_TRY_ASSIGN(const bool there, files.exists(paths.quarantine()));
    if (!there) return {};
    PENSTOCK_TRY(files.remove(paths.quarantine()));
    return files.sync_directory(paths.directory);
  }
  std::vector<uint8_t> bytes;
  const auto append = [&](Bytes part) { bytes.insert(bytes.end(), part.begin(), part.end()); };
  append(encode_file_header(kQuarantineMagic, uuid));
  for (const DamagedRange& range : ranges_) append(encode_damaged_range(range, uuid));
  return replace_file(files, paths.directory, paths.quarantine(), bytes);
}

}  // namespace penstock
