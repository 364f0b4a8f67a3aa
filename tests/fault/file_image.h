// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace penstock {

// A file or a directory: an inode. Its number is its place in FileImage::nodes.
struct FileNode {
  bool directory = false;
  std::vector<uint8_t> bytes;               // of a file
  std::map<std::string, uint32_t> entries;  // of a directory: name → node
};

// The contents of a file system: what a disk holds. Nodes that no directory names are allowed and invisible.
struct FileImage {
  static constexpr uint32_t kRoot = 0;

  std::vector<FileNode> nodes{FileNode{true, {}, {}}};

  // The node of an absolute path; nothing if it is not there.
  std::optional<uint32_t> find(const std::string& path) const;
  // Every file that can be reached, by its path.
  std::map<std::string, const FileNode*> files() const;
};

// An absolute path cut into its directory and its last name.
struct SplitPath {
  std::string directory;
  std::string name;
};
SplitPath split_path(const std::string& path);

}  // namespace penstock
