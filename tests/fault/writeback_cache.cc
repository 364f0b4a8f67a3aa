// SPDX-License-Identifier: Apache-2.0
#include "fault/writeback_cache.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace penstock {

namespace {

using Kind = FileOperation::Kind;
using Outcome = FileOperation::Outcome;
using Operations = std::vector<const FileOperation*>;

// How many of a file's dirty operations had reached a sector when it was last written to the disk.
class SectorCuts {
 public:
  SectorCuts(size_t operations, SeededRandom& random)
      : operations_(operations),
        random_(random),
        mode_(static_cast<Mode>(random.below(4))),
        prefix_(random.below(operations + 1)),
        kept_share_(0.1 + 0.2 * static_cast<double>(random.below(5))) {}

  size_t at(uint64_t sector) {
    switch (mode_) {
      case Mode::none:
        return 0;
      case Mode::all:
        return operations_;
      case Mode::prefix:
        return prefix_;
      case Mode::scattered:
        break;
    }
    const auto [cut, fresh] = cuts_.try_emplace(sector, 0);
    if (fresh) cut->second = random_.chance(kept_share_) ? operations_ : random_.below(operations_ + 1);
    return cut->second;
  }

  // Of sizes[i], the size behind i operations.
  uint64_t size(std::span<const uint64_t> sizes) {
    switch (mode_) {
      case Mode::none:
        return sizes.front();
      case Mode::all:
        return sizes.back();
      case Mode::prefix:
        return sizes[prefix_];
      case Mode::scattered:
        break;
    }
    const size_t i = random_.below(sizes.size());
    if (i == 0 || random_.chance(0.7)) return sizes[i];
    const uint64_t low = std::min(sizes[i - 1], sizes[i]);
    return low + random_.below(std::max(sizes[i - 1], sizes[i]) - low + 1);
  }

 private:
  enum class Mode : uint8_t { none, all, prefix, scattered };

  size_t operations_;
  SeededRandom& random_;
  Mode mode_;
  size_t prefix_;
  double kept_share_;
  std::unordered_map<uint64_t, size_t> cuts_;
};

void write_through(std::vector<uint8_t>& bytes, const FileOperation& write) {
  bytes.resize(std::max<size_t>(bytes.size(), write.offset + write.bytes.size()));
  std::copy(write.bytes.begin(), write.bytes.end(), bytes.begin() + static_cast<ptrdiff_t>(write.offset));
}

// All of `operations`, in order.
void write_all(std::vector<uint8_t>& bytes, const Operations& operations) {
  for (const FileOperation* operation : operations) {
    if (operation->kind == Kind::write) {
      write_through(bytes, *operation);
    } else {
      bytes.resize(operation->offset);
    }
  }
}

// One operation, on those sectors of [begin, end) whose cut lies behind it.
void write_sectors(std::vector<uint8_t>& bytes, const FileOperation& operation, size_t index,
                   SectorCuts& cuts) {
  const bool write = operation.kind == Kind::write;
  const uint64_t end = write ? operation.offset + operation.bytes.size() : bytes.size();
  if (write && bytes.size() < end) bytes.resize(end);
  for (uint64_t at = operation.offset; at < end;) {
    const uint64_t sector = at / WritebackCache::kSectorBytes;
    const uint64_t stop = std::min(end, (sector + 1) * WritebackCache::kSectorBytes);
    if (index < cuts.at(sector)) {
      const auto to = bytes.begin() + static_cast<ptrdiff_t>(at);
      if (write) {
        const auto from = operation.bytes.begin() + static_cast<ptrdiff_t>(at - operation.offset);
        std::copy(from, from + static_cast<ptrdiff_t>(stop - at), to);
      } else {
        std::fill(to, to + static_cast<ptrdiff_t>(stop - at), uint8_t{0});
      }
    }
    at = stop;
  }
}

// A state of the file that the disk may hold with `operations` dirty.
void write_some(std::vector<uint8_t>& bytes, const Operations& operations, SeededRandom& random) {
  SectorCuts cuts(operations.size(), random);
  std::vector<uint64_t> sizes{bytes.size()};
  for (size_t i = 0; i < operations.size(); ++i) {
    const FileOperation& operation = *operations[i];
    write_sectors(bytes, operation, i, cuts);
    sizes.push_back(operation.kind == Kind::write
                        ? std::max<uint64_t>(sizes.back(), operation.offset + operation.bytes.size())
                        : operation.offset);
  }
  bytes.resize(cuts.size(sizes));
}

bool touches(const FileOperation& operation, const std::set<EntryName>& names) {
  return names.contains(operation.entry) ||
         (operation.kind == Kind::rename && names.contains(operation.target));
}

bool touches_directory(const FileOperation& operation, uint32_t directory) {
  return operation.entry.directory == directory ||
         (operation.kind == Kind::rename && operation.target.directory == directory);
}

// Adds what must be there for the chosen to be: each name's history is cut, never holed.
void close_backwards(const Operations& operations, std::vector<bool>& chosen) {
  std::set<EntryName> names;
  for (size_t i = operations.size(); i-- > 0;) {
    chosen[i] = chosen[i] || touches(*operations[i], names);
    if (!chosen[i]) continue;
    names.insert(operations[i]->entry);
    if (operations[i]->kind == Kind::rename) names.insert(operations[i]->target);
  }
}

std::vector<bool> choose_entries(const Operations& operations, SeededRandom& random) {
  std::vector<bool> chosen(operations.size());
  // A journal keeps the order of all names: half of the states are cut there.
  const bool ordered = random.chance(0.5);
  const size_t cut = random.below(operations.size() + 1);
  for (size_t i = 0; i < operations.size(); ++i) chosen[i] = ordered ? i < cut : random.chance(0.5);
  close_backwards(operations, chosen);
  return chosen;
}

void write_entry(FileImage& disk, const FileOperation& operation) {
  disk.nodes[operation.entry.directory].entries.erase(operation.entry.name);
  switch (operation.kind) {
    case Kind::create:
    case Kind::make_directory:
      disk.nodes[operation.entry.directory].entries[operation.entry.name] = operation.node;
      break;
    case Kind::rename:
      disk.nodes[operation.target.directory].entries[operation.target.name] = operation.node;
      break;
    default:
      break;
  }
}

void write_entries(FileImage& disk, const Operations& operations, const std::vector<bool>& chosen) {
  for (size_t i = 0; i < operations.size(); ++i) {
    if (chosen[i]) write_entry(disk, *operations[i]);
  }
}

}  // namespace

void WritebackCache::apply(const FileOperation& operation) {
  switch (operation.kind) {
    case Kind::create:
    case Kind::make_directory:
      disk_.nodes.resize(std::max<size_t>(disk_.nodes.size(), operation.node + 1));
      disk_.nodes[operation.node].directory = operation.kind == Kind::make_directory;
      dirty_entries_.push_back(&operation);
      break;
    case Kind::rename:
    case Kind::remove:
      dirty_entries_.push_back(&operation);
      break;
    case Kind::write:
    case Kind::truncate:
      dirty_data_[operation.node].push_back(&operation);
      break;
    case Kind::sync:
      settle_file(operation.node, operation);
      break;
    case Kind::sync_directory:
      settle_directory(operation.node, operation);
      break;
  }
}

void WritebackCache::settle_file(uint32_t node, const FileOperation& sync) {
  const auto dirty = dirty_data_.find(node);
  if (dirty == dirty_data_.end() || sync.outcome == Outcome::kept_dirty) return;
  std::vector<uint8_t>& bytes = disk_.nodes[node].bytes;
  if (sync.outcome == Outcome::done) {
    write_all(bytes, dirty->second);
  } else {
    SeededRandom random(sync.fate_seed);
    write_some(bytes, dirty->second, random);
  }
  dirty_data_.erase(dirty);
}

void WritebackCache::settle_directory(uint32_t node, const FileOperation& sync) {
  if (sync.outcome == Outcome::kept_dirty) return;
  std::vector<bool> concerned(dirty_entries_.size());
  for (size_t i = 0; i < concerned.size(); ++i) concerned[i] = touches_directory(*dirty_entries_[i], node);
  close_backwards(dirty_entries_, concerned);
  Operations settled;
  Operations left;
  for (size_t i = 0; i < concerned.size(); ++i) {
    (concerned[i] ? settled : left).push_back(dirty_entries_[i]);
  }
  std::vector<bool> chosen(settled.size(), true);
  if (sync.outcome == Outcome::lost) {
    SeededRandom random(sync.fate_seed);
    chosen = choose_entries(settled, random);
  }
  write_entries(disk_, settled, chosen);
  dirty_entries_ = std::move(left);
}

FileImage WritebackCache::crash(SeededRandom& random) const {
  FileImage image = disk_;
  write_entries(image, dirty_entries_, choose_entries(dirty_entries_, random));
  for (const auto& [node, operations] : dirty_data_) {
    write_some(image.nodes[node].bytes, operations, random);
  }
  return image;
}

FileImage crash_image(const FileImage& disk, std::span<const FileOperation> log, uint64_t seed) {
  WritebackCache cache(disk);
  for (const FileOperation& operation : log) cache.apply(operation);
  SeededRandom random(seed);
  return cache.crash(random);
}

}  // namespace penstock
