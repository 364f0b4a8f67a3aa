// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace penstock {

// What a stage notes of itself: by it the next restore knows whether it is its own, and whether what was
// written there can be believed.
struct StageMark {
  std::string key;     // SHA-256 of what is restored, how and where, hex
  std::string boot;    // the start of the machine that it was begun in; empty: not known
  std::string place;   // its file system
  std::string view;    // by which mount it was seen, and in which of the machine's views (namespaces)
  std::string target;  // what is restored to, for messages

  // Of a stage in `directory`, now.
  static StageMark of(int directory, std::string key, std::string target);
  static std::optional<StageMark> parse(std::string_view text);
  std::string text() const;

  // Whether all that was written to a stage with the mark `before` is there, or will be told of by syncfs.
  // In another view the mount is another for the same file system, and is not compared.
  bool continues(const StageMark& before) const;
  // Whether it was begun elsewhere: on another file system, or on one that may have been mounted anew.
  bool is_elsewhere(const StageMark& before) const;
};

// Whether a file system keeps what was written and not synced as long as this machine runs: not one whose
// server can end for itself. False where that is not known.
bool keeps_unsynced_writes(int directory);

}  // namespace penstock
