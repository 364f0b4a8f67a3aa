// SPDX-License-Identifier: Apache-2.0
#include "dag/object_source.h"

namespace penstock {

Result<Bytes> ObjectSource::read(const Cid& cid) {
  auto block = source_->read(cid);
  if (block || block.error().code != Errc::absent || cid == object_) return block;
  return fail(Errc::corrupt, object_.text(), "its block " + cid.text() + " is missing",
              "put the data again: what is missing will be stored anew");
}

Failure fault_in_block(const Cid& cid, Error error) {
  error.why = error.what + ": " + error.why;
  error.what = "block " + cid.text();
  return Failure(std::move(error));
}

}  // namespace penstock
