// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "dag/cbor_reader.h"
#include "dag/cbor_writer.h"

namespace penstock {

inline constexpr size_t kUnreadBytesMax = 65536;   // paths of a PutShortfall, as encoded
inline constexpr size_t kChoiceBytesMax = 262144;  // patterns and marks of a PutChoice, as encoded

// What a put named and could not take whole (docs/metadata.md).
struct PutShortfall {
  uint64_t reported = 0;  // entries that are missing, lack something, or changed while they were read
  uint64_t missing = 0;   // of these, those that the commit has not
  std::vector<std::string> paths{};  // of the first of those, from the top-level name on, in walk order

  bool any() const { return reported > 0; }
  bool all_named() const { return paths.size() == missing; }

  friend bool operator==(const PutShortfall&, const PutShortfall&) = default;
};

// Whether another path still fits the block; `bytes` is what those before came to, and grows.
bool unread_fits(const std::string& path, size_t& bytes);

// What a put left out: by what it was told, the store itself; and whether it was of a list
// (docs/choosing.md).
struct PutChoice {
  // Patterns and marks that were too long to keep: how many, and SHA-256 of all of them.
  struct Dropped {
    uint64_t count = 0;
    Digest digest{};

    friend bool operator==(const Dropped&, const Dropped&) = default;
  };

  std::vector<std::string> exclude{};           // patterns, as they were given, in order
  std::vector<std::string> exclude_any_case{};  // the same, whatever the case of letters
  std::vector<std::string> marks{};             // NAME or NAME:HEADER
  std::optional<Dropped> dropped{};             // in place of all three
  std::optional<uint64_t> bytes_max{};          // larger files were left out
  std::vector<std::string> store{};  // where the store lay, which is always left out: as PutShortfall's paths
  bool caches = false;
  bool one_file_system = false;
  std::optional<Digest> list{};  // SHA-256 of a list's paths, each with a NUL behind it

  bool any() const { return *this != PutChoice(); }

  friend bool operator==(const PutChoice&, const PutChoice&) = default;
};

// Puts `dropped` in the place of patterns and marks that are longer than kChoiceBytesMax.
void bound_choice(PutChoice& choice);

// Why no put can have left this; empty if one can.
std::string shortfall_fault(const PutShortfall& shortfall);
std::string choice_fault(const PutChoice& choice);

// Parts of the metadata's root, of what is any().
void write_shortfall(CborWriter& to, const PutShortfall& shortfall);
void write_choice(CborWriter& to, const PutChoice& choice);
// corrupt error: malformed. Whether it can be is left to the faults above.
Result<PutShortfall> read_shortfall(CborReader& from);
Result<PutChoice> read_choice(CborReader& from);

}  // namespace penstock
