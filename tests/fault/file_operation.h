// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace penstock {

// A directory's name for a node.
struct EntryName {
  uint32_t directory = 0;
  std::string name{};

  friend auto operator<=>(const EntryName&, const EntryName&) = default;
};

// One change or barrier, as a process asked for it. Nodes are numbered as in the FileImage that the log began
// with; new ones follow.
struct FileOperation {
  enum class Kind : uint8_t {
    create,          // `entry` → `node`, a new file
    make_directory,  // `entry` → `node`, a new directory
    rename,          // `node` moves from `entry` to `target`
    remove,          // `entry` goes
    write,           // `bytes` at `offset` of `node`
    truncate,        // `node` gets `offset` bytes
    sync,            // of the file `node`
    sync_directory,  // of the directory `node`
  };

  // What a sync did with what was dirty.
  enum class Outcome : uint8_t {
    done,        // all of it is on disk
    kept_dirty,  // it failed, and the next sync may still bring it there
    lost,        // it failed, and what did not get there was marked clean: no later sync writes it
  };

  Kind kind = Kind::sync;
  uint32_t node = 0;
  EntryName entry{};
  EntryName target{};
  uint64_t offset = 0;
  std::vector<uint8_t> bytes{};
  Outcome outcome = Outcome::done;
  uint64_t fate_seed = 0;  // lost: chooses what got to the disk
};

// "write node 7 [4096, +512)", for a failing state's report.
std::string describe(const FileOperation& operation);

}  // namespace penstock
