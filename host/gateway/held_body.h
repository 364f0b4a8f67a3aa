// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "gateway/body_source.h"
#include "gateway/made_answer.h"

namespace penstock {

// A small body that is in memory already.
class HeldBody final : public BodySource {
 public:
  explicit HeldBody(std::string bytes) : bytes_(std::move(bytes)) {}

  Result<size_t> fill(MutableBytes into) override;

 private:
  std::string bytes_;
  size_t given_ = 0;
};

// An answer of that status with the bytes as its body.
MadeAnswer held_answer(unsigned status, std::string_view media_type, std::string bytes);

}  // namespace penstock
