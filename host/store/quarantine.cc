// SPDX-License-Identifier: Apache-2.0
#include "store/quarantine.h"

#include <algorithm>
#include <tuple>

#include "base/limits.h"
#include "store/file_header.h"
#include "store/replace_file.h"

namespace penstock {
namespace {

constexpr uint64_t kFileBytesBound = kFileHeaderBytes + uint64_t{DamagedRange::kBytes} * (1u << 20);

bool before(const DamagedRange& a, const DamagedRange& b) {
  return std::tie(a.segment, a.begin) < std::tie(b.segment, b.begin);
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
  // Ranges may overlap, but there are few.
  auto at = std::ranges::lower_bound(ranges_, segment, {}, &DamagedRange::segment);
  for (; at != ranges_.end() && at->segment == segment && at->begin <= offset; ++at) {
    if (offset < at->end) return true;
  }
  return false;
}

bool Quarantine::add(std::span<const DamagedRange> ranges) {
  bool changed = false;
  for (const DamagedRange& range : ranges) {
    const auto at = std::ranges::upper_bound(ranges_, range, before);
    const bool known = std::ranges::any_of(ranges_, [&](const DamagedRange& other) {
      return other.segment == range.segment && other.begin <= range.begin && range.end <= other.end;
    });
    if (known) continue;
    ranges_.insert(at, range);
    changed = true;
  }
  return changed;
}

Status Quarantine::write(FileSystem& files, const StorePaths& paths, const StoreUuid& uuid) const {
  std::vector<uint8_t> bytes;
  const auto append = [&](Bytes part) { bytes.insert(bytes.end(), part.begin(), part.end()); };
  append(encode_file_header(kQuarantineMagic, uuid));
  for (const DamagedRange& range : ranges_) append(encode_damaged_range(range, uuid));
  return replace_file(files, paths.directory, paths.quarantine(), bytes);
}

}  // namespace penstock
