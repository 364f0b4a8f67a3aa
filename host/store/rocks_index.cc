// SPDX-License-Identifier: Apache-2.0
#include "store/rocks_index.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <filesystem>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "store/file_system.h"

namespace penstock {
namespace {

// Keys: a digest, or 32 bytes 0xff and a suffix, which sort behind every digest: "u" is the store's uuid; a
// segment's number, big-endian so that coverage comes in order, is its coverage.
constexpr size_t kDigestBytes = 32;
constexpr size_t kCoverageKeyBytes = kDigestBytes + 4;
constexpr size_t kPlacementBytes = 12;

constexpr size_t kWriteBufferBytes = size_t{16} << 20;
constexpr int kWriteBuffers = 2;
constexpr size_t kBlockCacheBytes = RocksIndex::kMemoryBytes - kWriteBuffers * kWriteBufferBytes;
constexpr int kOpenFilesMax = 256;
constexpr double kBloomBitsPerKey = 10;
constexpr double kWriteBufferFilter = 0.05;  // of the buffer
constexpr size_t kLookupBatch = 256;

class SilentLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::Slice slice(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string uuid_key() {
  return std::string(kDigestBytes, '\xff') + "u";
}

std::array<uint8_t, kCoverageKeyBytes> coverage_key(uint32_t segment) {
  std::array<uint8_t, kCoverageKeyBytes> key;
  key.fill(0xff);
  store_le(&key[kDigestBytes], __builtin_bswap32(segment));
  return key;
}

rocksdb::Options options_for(const IndexOpening& opening) {
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.block_cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  // In one piece, a file's filter is 1.5 MiB: a cache that does not hold all of them would read that for one
  // miss.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.pin_top_level_index_and_filter = true;
  table.whole_key_filtering = true;
  table.format_version = 5;
  rocksdb::Options options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.create_if_missing = opening.writable;
  // A write buffer has a filter too: most of what is asked is in none of them.
  options.memtable_prefix_bloom_size_ratio = kWriteBufferFilter;
  options.memtable_whole_key_filtering = true;
  options.compression = rocksdb::kNoCompression;  // digests do not compress
  options.write_buffer_size = kWriteBufferBytes;
  options.max_write_buffer_number = kWriteBuffers;
  options.max_open_files = kOpenFilesMax;
  options.max_background_jobs = 2;
  options.max_manifest_file_size = size_t{4} << 20;
  options.avoid_flush_during_shutdown = false;
  options.paranoid_checks = true;
  options.info_log = std::make_shared<SilentLogger>();
  return options;
}

Failure fail_index(const std::string& directory, const std::string& why) {
  return fail(Errc::failed, directory, why, "remove this directory: the index is rebuilt from the segments");
}

// Open to others than its owner where the segments are.
Status make_index_directory(const std::string& directory) {
  struct stat store {};
  const std::string segments = (std::filesystem::path(directory).parent_path() / "segments").string();
  if (::mkdir(directory.c_str(), 0700) != 0) return errno == EEXIST ? Status() : fail_errno(directory);
  if (::stat(segments.c_str(), &store) != 0) return errno == ENOENT ? Status() : fail_errno(segments);
  const mode_t shared = store.st_mode & 0075;
  if (shared != 0 && ::chmod(directory.c_str(), 0700 | shared | (store.st_mode & S_ISGID)) != 0)
    return fail_errno(directory);
  return {};
}

// RocksDB reports through statuses; what the standard library throws inside it must not leave this file.
template <class Call>
auto contained(const std::string& directory, Call&& call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& error) {
    return fail_index(directory, error.what());
  }
}

}  // namespace

struct RocksIndex::State {
  std::string directory;
  bool writable = false;
  std::unique_ptr<rocksdb::DB> db;

  Status outcome(const rocksdb::Status& status) const {
    if (status.ok()) return {};
    return fail_index(directory, status.ToString());
  }
  Status check_uuid(const std::string& uuid);
  rocksdb::ReadOptions reading() const {
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    return options;
  }
};

Status RocksIndex::State::check_uuid(const std::string& uuid) {
  std::string found;
  const rocksdb::Status status = db->Get(reading(), uuid_key(), &found);
  if (status.ok()) {
    return found == uuid ? Status() : fail_index(directory, "it is the index of another store");
  }
  if (!status.IsNotFound()) return outcome(status);
  const std::unique_ptr<rocksdb::Iterator> any(db->NewIterator(reading()));
  any->SeekToFirst();
  if (any->Valid()) return fail_index(directory, "it does not say whose index it is");
  if (!writable) return outcome(any->status());
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return outcome(db->Put(options, uuid_key(), uuid));
}

RocksIndex::RocksIndex(std::unique_ptr<State> state) : state_(std::move(state)) {}

RocksIndex::~RocksIndex() = default;

Result<std::unique_ptr<Index>> RocksIndex::open(const IndexOpening& opening) {
  return contained(opening.directory, [&]() -> Result<std::unique_ptr<Index>> {
    if (opening.discard && opening.writable) {
      std::error_code error;
      std::filesystem::remove_all(opening.directory, error);
      if (error) return fail_index(opening.directory, error.message());
      // A power failure must not bring it back: it may know offsets that other records have by then.
      const std::filesystem::path parent = std::filesystem::path(opening.directory).parent_path();
      PENSTOCK_TRY(posix_file_system().sync_directory(parent.string()));
    }
    auto state = std::make_unique<State>();
    state->directory = opening.directory;
    state->writable = opening.writable;
    rocksdb::DB* db = nullptr;
    // RocksDB would make it by the umask, and makes its files so: the directory keeps others out.
    if (opening.writable) PENSTOCK_TRY(make_index_directory(opening.directory));
    const rocksdb::Options options = options_for(opening);
    const rocksdb::Status status = opening.writable
                                       ? rocksdb::DB::Open(options, opening.directory, &db)
                                       : rocksdb::DB::OpenForReadOnly(options, opening.directory, &db);
    state->db.reset(db);
    PENSTOCK_TRY(state->outcome(status));
    PENSTOCK_TRY(state->check_uuid(opening.uuid));
    return std::unique_ptr<Index>(new RocksIndex(std::move(state)));
  });
}

Status RocksIndex::find(std::span<const Digest> digests, std::span<std::optional<Placement>> placements) {
  PENSTOCK_CHECK(digests.size() == placements.size());
  return contained(state_->directory, [&]() -> Status {
    std::array<rocksdb::Slice, kLookupBatch> keys;
    std::array<rocksdb::PinnableSlice, kLookupBatch> values;
    std::array<rocksdb::Status, kLookupBatch> statuses;
    const rocksdb::ReadOptions options = state_->reading();
    for (size_t from = 0; from < digests.size(); from += kLookupBatch) {
      const size_t count = std::min(kLookupBatch, digests.size() - from);
      for (size_t i = 0; i < count; ++i) keys[i] = slice(digests[from + i].bytes);
      state_->db->MultiGet(options, state_->db->DefaultColumnFamily(), count, keys.data(), values.data(),
                           statuses.data());
      for (size_t i = 0; i < count; ++i) {
        placements[from + i].reset();
        if (!statuses[i].IsNotFound()) {
          PENSTOCK_TRY(state_->outcome(statuses[i]));
          if (values[i].size() != kPlacementBytes)
            return fail_index(state_->directory, "an entry is malformed");
          const auto* at = reinterpret_cast<const uint8_t*>(values[i].data());
          placements[from + i] =
              Placement{load_le<uint32_t>(at), load_le<uint32_t>(at + 4), load_le<uint32_t>(at + 8)};
        }
        values[i].Reset();
      }
    }
    return {};
  });
}

Status RocksIndex::insert(std::span<const IndexEntry> entries, std::span<const Coverage> coverage) {
  PENSTOCK_CHECK(state_->writable);
  return contained(state_->directory, [&]() -> Status {
    // A write buffer takes neighbours faster. Of one digest the last entry is to win.
    std::vector<IndexEntry> ordered(entries.begin(), entries.end());
    std::ranges::stable_sort(ordered, {}, &IndexEntry::digest);
    rocksdb::WriteBatch batch;
    for (const IndexEntry& entry : ordered) {
      std::array<uint8_t, kPlacementBytes> value;
      store_le(&value[0], entry.placement.segment);
      store_le(&value[4], entry.placement.record);
      store_le(&value[8], entry.placement.place);
      batch.Put(slice(entry.digest.bytes), slice(value));
    }
    for (const Coverage& covered : coverage) {
      std::array<uint8_t, 4> value;
      store_le(value.data(), covered.bytes);
      batch.Put(slice(coverage_key(covered.segment)), slice(value));
    }
    // Without a log of its own: what is not flushed when the process dies is a suffix of the batches, and the
    // coverage, lost with them, says what to read again from the segments.
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    return state_->outcome(state_->db->Write(options, &batch));
  });
}

Status RocksIndex::for_each_coverage(const std::function<void(Coverage)>& visit) {
  return contained(state_->directory, [&]() -> Status {
    const std::unique_ptr<rocksdb::Iterator> at(state_->db->NewIterator(state_->reading()));
    for (at->Seek(slice(coverage_key(0))); at->Valid(); at->Next()) {
      if (at->key().size() != kCoverageKeyBytes) continue;
      if (at->value().size() != 4) return fail_index(state_->directory, "an entry is malformed");
      const auto* key = reinterpret_cast<const uint8_t*>(at->key().data());
      const auto* value = reinterpret_cast<const uint8_t*>(at->value().data());
      visit({__builtin_bswap32(load_le<uint32_t>(key + kDigestBytes)), load_le<uint32_t>(value)});
    }
    return state_->outcome(at->status());
  });
}

Status RocksIndex::flush() {
  if (!state_->writable) return {};
  return contained(state_->directory,
                   [&] { return state_->outcome(state_->db->Flush(rocksdb::FlushOptions())); });
}

}  // namespace penstock
