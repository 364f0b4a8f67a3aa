// SPDX-License-Identifier: Apache-2.0
#include "benchmark/sample.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "ingest/entry_stream.h"

namespace penstock {
namespace {

constexpr std::array kDefaultPaths = {"/usr/bin", "/usr/include", "/usr/lib", "/usr/libexec", "/usr/share"};

// Reads `source` into `room` as far as it goes; holes become zeros. Returns the bytes read.
Result<size_t> read_into(Source& source, MutableBytes room) {
  size_t done = 0;
  while (done < room.size()) {
    PENSTOCK_TRY_ASSIGN(const ReadResult got, source.read(room.subspan(done)));
    if (got.end()) break;
    const size_t zeros = std::min<uint64_t>(got.hole_bytes, room.size() - done);
    if (zeros > 0) std::memset(room.data() + done, 0, zeros);
    done += got.bytes + zeros;
  }
  return done;
}

}  // namespace

Result<Sample> Sample::read(const std::vector<std::string>& paths, uint64_t bytes_max,
                            const std::function<void(const Error&)>& skipped) {
  PENSTOCK_TRY_ASSIGN(Slab memory, Slab::map(bytes_max));
  Sample sample(std::move(memory));
  for (size_t i = 0; i < paths.size(); ++i) {
    const size_t share = (bytes_max - sample.size_) / (paths.size() - i);
    PENSTOCK_TRY(sample.add(paths[i], sample.size_ + share, skipped));
  }
  if (sample.size_ == 0) {
    return fail(Errc::failed, "sample", "there are no bytes in the files to measure on",
                "name files or folders with content");
  }
  return sample;
}

Status Sample::add(const std::string& path, size_t end, const std::function<void(const Error&)>& skipped) {
  PENSTOCK_TRY_ASSIGN(const std::unique_ptr<EntryStream> entries, open_paths({path}));
  while (size_ < end) {
    PENSTOCK_TRY_ASSIGN(const std::optional<Entry> entry, entries->next());
    if (!entry) break;
    if (entry->kind == Entry::Kind::unreadable) skipped(entry->error);
    if (entry->kind != Entry::Kind::file) continue;
    const Result<size_t> got = read_into(*entry->source, memory_.bytes().subspan(size_, end - size_));
    if (!got) {
      skipped(got.error());
      continue;
    }
    size_ += *got;
    files_ += *got > 0 ? 1 : 0;
  }
  return {};
}

std::vector<std::string> default_sample_paths() {
  std::vector<std::string> paths;
  for (const char* path : kDefaultPaths) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) paths.emplace_back(path);
  }
  return paths;
}

}  // namespace penstock
