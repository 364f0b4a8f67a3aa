// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/check.h"
#include "hash/sha256.h"

namespace penstock {

// Stands in the list for a path that was not compiled, because it is of another architecture.
class Sha256Absent final : public Sha256Path {
 public:
  explicit Sha256Absent(std::string_view name) : name_(name) {}
  std::string_view name() const override { return name_; }
  bool supported() const override { return false; }
  void digest(std::span<const Bytes>, std::span<Digest>) const override { PENSTOCK_CHECK(false); }

 private:
  std::string_view name_;
};

}  // namespace penstock
