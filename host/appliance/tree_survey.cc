// SPDX-License-Identifier: Apache-2.0
#include "appliance/tree_survey.h"

#include <filesystem>
#include <system_error>
#include <utility>

namespace penstock {
namespace {

namespace fs = std::filesystem;

uint64_t file_bytes(const fs::directory_entry& entry) {
  std::error_code error;
  const bool regular = entry.symlink_status(error).type() == fs::file_type::regular;
  const uintmax_t bytes = regular ? entry.file_size(error) : 0;
  return error ? 0 : bytes;
}

}  // namespace

TreeSurvey::TreeSurvey(std::vector<std::string> paths)
    : paths_(std::move(paths)), thread_([this] { walk(); }) {}

TreeSurvey::~TreeSurvey() {
  stopping_ = true;
  thread_.join();
}

std::optional<uint64_t> TreeSurvey::total_bytes() const {
  if (!finished_) return std::nullopt;
  return bytes_.load();
}

void TreeSurvey::walk() {
  for (const std::string& path : paths_) add(path);
  finished_ = !stopping_;
}

void TreeSurvey::add(const std::string& path) {
  std::error_code error;
  bytes_ += file_bytes(fs::directory_entry(path, error));
  fs::recursive_directory_iterator entries(path, fs::directory_options::skip_permission_denied, error);
  while (!error && entries != fs::recursive_directory_iterator() && !stopping_) {
    bytes_ += file_bytes(*entries);
    entries.increment(error);
  }
}

}  // namespace penstock
