// SPDX-License-Identifier: Apache-2.0
#include "fault/file_image.h"

#include "base/check.h"

namespace penstock {

namespace {

void collect(const FileImage& image, uint32_t node, const std::string& path,
             std::map<std::string, const FileNode*>& files) {
  for (const auto& [name, child] : image.nodes[node].entries) {
    const FileNode& found = image.nodes[child];
    std::string child_path = path;
    child_path.append("/").append(name);
    if (found.directory) {
      collect(image, child, child_path, files);
    } else {
      files.emplace(child_path, &found);
    }
  }
}

}  // namespace

std::optional<uint32_t> FileImage::find(const std::string& path) const {
  uint32_t node = kRoot;
  for (size_t at = 0; at < path.size();) {
    const size_t slash = std::min(path.find('/', at), path.size());
    const std::string name = path.substr(at, slash - at);
    at = slash + 1;
    if (name.empty()) continue;
    const auto entry = nodes[node].entries.find(name);
    if (!nodes[node].directory || entry == nodes[node].entries.end()) return std::nullopt;
    node = entry->second;
  }
  return node;
}

std::map<std::string, const FileNode*> FileImage::files() const {
  std::map<std::string, const FileNode*> files;
  collect(*this, kRoot, "", files);
  return files;
}

SplitPath split_path(const std::string& path) {
  const std::string trimmed = path.substr(0, path.find_last_not_of('/') + 1);
  const size_t slash = trimmed.rfind('/');
  PENSTOCK_CHECK(slash != std::string::npos);
  return {slash == 0 ? "/" : trimmed.substr(0, slash), trimmed.substr(slash + 1)};
}

}  // namespace penstock
