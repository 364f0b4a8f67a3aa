// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/result.h"
#include "store/store_site.h"

namespace penstock {

// Moves what nothing acknowledges to set-aside/, never destroying it (format.md). Each step can be cut off
// and is then repeated by the next writer. One thread.
class SetAside {
 public:
  // Lists what is there; makes the directory if it is missing.
  static Result<SetAside> open(const StoreSite& site);

  // A whole segment. Where that fails it stays, which does no harm, and that is said.
  Status segment(uint32_t segment, uint64_t size);
  // The part of a file from `from` on, in pieces of at most 1 MiB, the last one first: each is copied to a
  // file of its own, and only then truncated. False if there is no room for a piece: it and what lies before
  // it stay.
  Result<bool> tail(const std::string& path, const std::string& name, uint64_t from, uint64_t size);
  // Makes the moves durable.
  Status sync();

  // The greatest segment number in a name there; 0 if there is none.
  uint32_t last_segment() const;

 private:
  explicit SetAside(const StoreSite& site) : site_(&site) {}
  std::string free_name(const std::string& name) const;
  Status copy(const File& source, uint64_t begin, uint64_t end, const std::string& to);

  const StoreSite* site_;
  std::set<std::string> names_;
  bool moved_ = false;
};

}  // namespace penstock
