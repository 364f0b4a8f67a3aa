// SPDX-License-Identifier: Apache-2.0
#include "pipeline/distrust.h"

#include <utility>

namespace penstock {
namespace {

constexpr const char* kRemedy = "nothing is committed: put again with --verify full, or without the device";

}  // namespace

bool Distrust::begun() const noexcept {
  const bool leaves_out =
      level_.kind == VerifyLevel::Kind::payload || level_.kind == VerifyLevel::Kind::sample;
  return leaves_out && dispatcher_->any_wrong();
}

Status Distrust::provable() const {
  if (!found_unchecked_ || !begun()) return {};
  return fail(Errc::corrupt, "--verify " + verify_level_text(level_),
              "a device was found wrong, and chunks were taken for present by digests of devices that nobody "
              "had checked",
              kRemedy);
}

Status Distrust::settle(FrameSink& sink) {
  if (settled_) return {};
  if (!begun()) {
    found_unchecked_ = false;
    return {};
  }
  PENSTOCK_TRY(provable());
  Status whole = sink.recheck();
  settled_ = whole.has_value();
  if (whole) return {};
  Error error = std::move(whole).error();
  error.why += ", read back because a device was found wrong";
  error.remedy = kRemedy;
  return Failure(std::move(error));
}

}  // namespace penstock
