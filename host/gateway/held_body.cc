// SPDX-License-Identifier: Apache-2.0
#include "gateway/held_body.h"

#include <algorithm>
#include <memory>

namespace penstock {

Result<size_t> HeldBody::fill(MutableBytes into) {
  const size_t part = std::min(into.size(), bytes_.size() - given_);
  std::copy_n(bytes_.data() + given_, part, into.data());
  given_ += part;
  return part;
}

MadeAnswer held_answer(unsigned status, std::string_view media_type, std::string bytes) {
  MadeAnswer answer;
  answer.head.status = status;
  answer.head.content_bytes = bytes.size();
  answer.head.fields.push_back({"content-type", std::string(media_type)});
  answer.head.fields.push_back({"x-content-type-options", "nosniff"});
  answer.body = std::make_unique<HeldBody>(std::move(bytes));
  return answer;
}

}  // namespace penstock
