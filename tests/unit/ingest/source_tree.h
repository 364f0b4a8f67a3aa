// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/entry_stream.h"

namespace penstock::test {

// A directory of its own for a test to put files in; removed with all that is in it, however deep.
class SourceTree {
 public:
  SourceTree();
  ~SourceTree();
  SourceTree(const SourceTree&) = delete;
  SourceTree& operator=(const SourceTree&) = delete;

  const std::string& root() const { return root_; }
  std::string path(std::string_view name) const { return root_ + "/" + std::string(name); }

  void directory(std::string_view name) const;
  void file(std::string_view name, std::string_view content) const;
  void symlink(std::string_view name, std::string_view target) const;
  void fifo(std::string_view name) const;
  void append(std::string_view name, std::string_view content) const;
  // d/d/d/... of so many directories, however long that path is, each with a file "e" of "x" behind the next.
  void chain(size_t depth) const;
  void remove(std::string_view name) const;  // a file, symlink or empty directory
  void rename(std::string_view from, std::string_view to) const;
  // Long ago, so that a change that follows shows in the times whatever the clock's grain.
  void backdate(std::string_view name) const;

 private:
  std::string root_;
};

// Reads a source to its end, `step` bytes at a time; holes become zeros. Fails the test on an error.
std::string read_all(Source& source, size_t step = 4096);

// One line an entry: "+name" and "-name" for a directory, "name=content", "name>target", "name!why". An error
// of the stream ends the list with "error: ...".
std::vector<std::string> lines_of(EntryStream& entries);
std::string line_of(Entry& entry);

// What open_paths gives for the paths, in such lines.
std::vector<std::string> walk(const std::vector<std::string>& paths);

}  // namespace penstock::test
