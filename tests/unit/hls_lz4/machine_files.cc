// SPDX-License-Identifier: Apache-2.0
#include "unit/hls_lz4/machine_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace penstock {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> regular_files(const std::string& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  auto at = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
  for (const auto end = fs::recursive_directory_iterator(); !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored) && !at->is_symlink(ignored)) paths.push_back(at->path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

Bytes files_below(const std::string& folder, size_t bytes) {
  Bytes all;
  all.reserve(bytes);
  for (const fs::path& path : regular_files(folder)) {
    std::ifstream file(path, std::ios::binary);
    std::vector<char> part(1 << 20);
    while (file && all.size() < bytes) {
      file.read(part.data(), static_cast<std::streamsize>(part.size()));
      all.insert(all.end(), part.begin(), part.begin() + file.gcount());
    }
    if (all.size() >= bytes) break;
  }
  std::mt19937_64 random(1);
  while (all.size() < bytes) {
    const Bytes more = random() % 4 == 0 ? noise(3000, random) : prose(9000, random);
    all.insert(all.end(), more.begin(), more.end());
  }
  all.resize(bytes);
  return all;
}

}  // namespace penstock
