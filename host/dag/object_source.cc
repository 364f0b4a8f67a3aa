// SPDX-License-Identifier: Apache-2.0
#include "dag/object_source.h"

#include <utility>

namespace penstock {

Result<Bytes> ObjectSource::read(const Cid& cid) {
  auto block = source_->read(cid);
  if (block || block.error().code != Errc::absent || cid == object_) return block;
  return fail(Errc::corrupt, object_.text(), "its block " + cid.text() + " is missing",
              "put the data again: what is missing will be stored anew");
}

Failure malformed_block(const Cid& cid, std::string why) {
  return fail(Errc::corrupt, "block " + cid.text(), std::move(why), kMalformedRemedy);
}

Failure fault_in_block(const Cid& cid, Error error) {
  error.why = error.what + ": " + error.why;
  error.what = "block " + cid.text();
  if (error.remedy.empty()) error.remedy = kMalformedRemedy;
  return Failure(std::move(error));
}

}  // namespace penstock
